#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "native/engine/classifier.h"
#include "native/engine/executor.h"
#include "native/engine/network_factory.h"
#include "native/network/network.h"

// A classifier of networks that tests hold back and look into.
namespace kinetorch::engine {

// What every network of a classifier does and saw.
struct World {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int64_t> sizes;  // of the batches that ran
  std::vector<std::vector<int64_t>> warmUps;
  std::set<const void*> ran;  // networks that ran a batch
  std::vector<int> threads;   // that each batch had
  int entered = 0;            // batches in the network now
  bool isHeld = false;        // batches stay in the network
  int64_t largest = 1000;     // batch that finds enough memory
  float greedy = 2;           // and mean from which on a clip finds too little
  std::atomic<int> networks{0};

  void hold(bool held) {
    const std::lock_guard<std::mutex> lock(mutex);
    isHeld = held;
    changed.notify_all();
  }
  bool waitUntilEntered(int count) {
    std::unique_lock<std::mutex> lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(30), [&] { return entered >= count; });
  }
};

// Logits: the clip's mean, its negative, and 0.5. Embedding: the mean. Features: one map for all clips, which is wrong.
class FakeNetwork : public network::Network {
 public:
  explicit FakeNetwork(std::shared_ptr<World> world) : world_(std::move(world)) { ++world_->networks; }
  ~FakeNetwork() override { --world_->networks; }

  network::OutputSet outputs() const override { return {network::Output::kLogits, network::Output::kEmbedding, network::Output::kFeatures}; }
  network::OutputTensors run(const at::Tensor& clips, network::OutputSet wanted) override {
    const at::Tensor mean = meansOf(clips);
    network::OutputTensors outputs;
    if (wanted.has(network::Output::kLogits)) outputs[network::Output::kLogits] = at::stack({mean, -mean, at::full_like(mean, 0.5)}, 1);
    if (wanted.has(network::Output::kEmbedding)) outputs[network::Output::kEmbedding] = mean.unsqueeze(1);
    if (wanted.has(network::Output::kFeatures)) outputs[network::Output::kFeatures] = mean.view({1, -1, 1, 1, 1});
    return outputs;
  }
  int64_t bytes() const override { return 100; }
  const std::vector<std::string>& warnings() const override { return warnings_; }
  void warmUp(const std::vector<int64_t>& sizes) override { world_->warmUps.push_back(sizes); }

 private:
  at::Tensor meansOf(const at::Tensor& clips) {
    const at::Tensor means = clips.to(at::kFloat).mean(at::IntArrayRef({1, 2, 3, 4}));
    std::unique_lock<std::mutex> lock(world_->mutex);
    world_->sizes.push_back(clips.size(0));
    world_->threads.push_back(at::get_num_threads());
    world_->ran.insert(this);
    ++world_->entered;
    world_->changed.notify_all();
    world_->changed.wait(lock, [&] { return !world_->isHeld; });
    --world_->entered;
    const bool fits = clips.size(0) <= world_->largest && means.max().item<float>() < world_->greedy;
    TORCH_CHECK_WITH(OutOfMemoryError, fits, "CUDA out of memory. Tried to allocate 3 GiB.");
    return means;
  }

  const std::shared_ptr<World> world_;
  const std::vector<std::string> warnings_;
};

// 2×4×4 frames that are `brightness` everywhere.
inline preprocessing::Clip greyClip(uint8_t brightness) {
  preprocessing::Clip clip;
  clip.frames = 2;
  clip.height = 4;
  clip.width = 4;
  clip.bytes.assign(2 * 4 * 4 * 3, brightness);
  return clip;
}

inline preprocessing::Clip nanClip() {
  preprocessing::Clip clip = greyClip(0xFF);  // all bits set is a NaN
  clip.isFloat = true;
  clip.bytes.assign(2 * 4 * 4 * 3 * sizeof(float), 0xFF);
  return clip;
}

inline ClassifierOptions optionsOf(int64_t maxBatchSize = 8) {
  ClassifierOptions options;
  options.devices = {"cpu"};
  options.precision = "float32";
  options.input.frames = 2;
  options.input.height = 4;
  options.input.width = 4;
  options.input.resize = {4, 4};
  options.input.mean = {0, 0, 0};
  options.input.std = {1, 1, 1};
  options.numClasses = 3;
  options.maxBatchSize = maxBatchSize;
  options.maxQueue = 1000;
  options.threads = 1;
  return options;
}

// Executors on the CPU that go either way.
inline ExecutorFactory executorsOf(const NetworkFactory& networks, Way way, const ClassifierOptions& options,
                            const HostLoad& hostLoad = {}) {
  return {[=](c10::Device device, RequestQueue& queue, Statistics& statistics) {
    return std::make_unique<Executor>(device, way, options, networks, queue, statistics, hostLoad);
  }};
}

inline Way wayOf(bool pipelined) { return pipelined ? Way::kPipelined : Way::kInTurn; }

inline const std::vector<float>& logitsOf(const ClipResult& result) { return result.outputs[network::Output::kLogits].values; }

struct Outcome {
  std::optional<ClipResult> result;
  std::optional<Error> error;
  std::string code() const { return error ? error->code() : ""; }
};

// A classifier of fake networks, whose calls are futures.
class Subject {
 public:
  explicit Subject(bool pipelined, ClassifierOptions options = optionsOf(), const HostLoad& hostLoad = {})
      : options_(std::move(options)) {
    NetworkFactory networks{
        [world = world](c10::Device, c10::ScalarType) { return std::make_unique<FakeNetwork>(world); }};
    auto loaded = std::make_shared<std::promise<Outcome>>();
    auto future = loaded->get_future();
    classifier = std::make_unique<Classifier>(executorsOf(networks, wayOf(pipelined), options_, hostLoad), options_,
                                              [this, loaded](auto info, auto error) {
                                                if (info) this->info = *info;
                                                loaded->set_value({{}, error});
                                              });
    loadCode = future.get().code();
  }
  ~Subject() {
    world->hold(false);
    classifier.reset();
  }

  std::future<Outcome> submit(preprocessing::Clip clip, const Wanted& wanted = {{network::Output::kLogits}, 0}) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto future = promise->get_future();
    classifier->submit(nextId++, {preprocessing::Frames{std::move(clip), {}}}, wanted, [promise](auto results, auto error) {
      promise->set_value({results ? std::optional(results->front()) : std::nullopt, error});
    });
    return future;
  }

  // Tensors that are this everywhere, in one call.
  std::future<std::pair<std::vector<ClipResult>, std::string>> submitTensors(const std::vector<float>& values) {
    auto promise = std::make_shared<std::promise<std::pair<std::vector<ClipResult>, std::string>>>();
    auto future = promise->get_future();
    std::vector<RequestInput> inputs;
    for (const float value : values) {
      inputs.emplace_back(preprocessing::ClipTensor{std::vector<float>(2 * 4 * 4, value), 1});
    }
    classifier->submit(nextId++, std::move(inputs), {{network::Output::kLogits}, 0}, [promise](auto results, auto error) {
      promise->set_value({results.value_or(std::vector<ClipResult>()), error ? error->code() : ""});
    });
    return future;
  }

  // Clips that then run as one batch, or what fits into one.
  std::vector<std::future<Outcome>> submitTogether(const std::vector<uint8_t>& brightnesses, int held) {
    world->hold(true);
    std::vector<std::future<Outcome>> blockers;
    for (int i = 0; i < held; ++i) {
      blockers.push_back(submit(greyClip(0)));
      while (classifier->stats().queued > 0) std::this_thread::yield();
    }
    std::vector<std::future<Outcome>> outcomes;
    for (const uint8_t brightness : brightnesses) outcomes.push_back(submit(greyClip(brightness)));
    world->hold(false);
    for (auto& blocker : blockers) EXPECT_EQ(blocker.get().code(), "");
    return outcomes;
  }

  const std::shared_ptr<World> world = std::make_shared<World>();
  ClassifierInfo info;
  std::string loadCode;
  std::unique_ptr<Classifier> classifier;
  uint64_t nextId = 1;

 private:
  const ClassifierOptions options_;
};

inline float brightness(uint8_t byte) { return static_cast<float>(byte) / 255.0F; }

}  // namespace kinetorch::engine
