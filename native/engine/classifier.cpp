#include "native/engine/classifier.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "native/engine/executor.h"
#include "native/engine/gradient_executor.h"
#include "native/engine/network_factory.h"
#include "native/engine/request_queue.h"
#include "native/network/load_network.h"
#include "native/runtime/device.h"

namespace kinetorch::engine {

namespace {

ExecutorFactory executorsFor(model::ModelFile file, const ClassifierOptions& options) {
  const NetworkFactory networks{[file = std::move(file), options](c10::Device device, c10::ScalarType precision) {
    return network::loadNetwork(file, options.input, {options.numClasses, options.givesProbabilities, options.purpose},
                                device, precision, options.optimize);
  }};
  return {[networks, options](c10::Device device, RequestQueue& queue, Statistics& statistics) {
    const Way way = device.is_cpu() ? Way::kInTurn : Way::kPipelined;
    return std::make_unique<Executor>(device, way, options, networks, queue, statistics);
  }};
}

}  // namespace

class Classifier::Impl {
 public:
  Impl(ExecutorFactory factory, ClassifierOptions options, Loaded onLoaded)
      : options_(std::move(options)),
        gradientQueue_(static_cast<size_t>(options_.maxQueue), 1, {}),
        queue_(static_cast<size_t>(options_.maxQueue), static_cast<size_t>(options_.maxBatchSize),
               std::chrono::duration<double, std::milli>(options_.maxDelayMs)),
        thread_([this, factory = std::move(factory), onLoaded = std::move(onLoaded)]() mutable {
          run(std::move(factory), onLoaded);
        }) {}

  ~Impl() {
    closeQueues();
    for (RequestQueue* const queue : {&queue_, &gradientQueue_}) {
      for (Request& request : queue->takeAll()) {
        request.done(std::nullopt, Error("ERR_DISPOSED", "the model was disposed of before this clip's turn came"));
      }
    }
    thread_.join();
  }

  void submit(uint64_t id, std::vector<RequestInput> inputs, const Wanted& wanted, Call::Done done) {
    for (const RequestInput& input : inputs) checkSize(input);
    const size_t count = inputs.size();
    const auto call = std::make_shared<Call>(count, std::move(done));
    const Clock::time_point now = Clock::now();
    std::vector<Request> requests(count);
    for (size_t i = 0; i < count; ++i) {
      auto settle = [call, i](auto result, auto error) { call->settle(i, std::move(result), std::move(error)); };
      requests[i] = {id, std::move(inputs[i]), wanted, std::move(settle), now};
    }
    RequestQueue& queue = wanted.needsUnfrozen() ? gradientQueue() : queue_;
    statistics_.addRequests(count, [&] { queue.push(std::move(requests)); });
  }

  void keepFile(model::ModelFile file) {
    const std::lock_guard<std::mutex> lock(mutex_);
    file_ = std::move(file);
  }

  bool cancel(uint64_t id, const Error& reason) {
    std::vector<Request> requests = queue_.remove(id);
    if (requests.empty()) requests = gradientQueue_.remove(id);
    statistics_.addCancelled(requests.size());
    for (const Request& request : requests) request.done(std::nullopt, reason);
    return !requests.empty();
  }

  ClassifierStats stats() const {
    ClassifierStats stats = statistics_.current();
    stats.queued = queue_.size() + gradientQueue_.size();
    return stats;
  }

  void close(std::function<void()> onClosed) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!finished_) {
        onClosed_.push_back(std::move(onClosed));
        onClosed = nullptr;
      }
    }
    closeQueues();
    if (onClosed) onClosed();
  }

 private:
  void run(ExecutorFactory factory, const Loaded& onLoaded) {
    std::vector<std::unique_ptr<Executor>> executors;
    std::optional<Error> failure;
    try {
      const ClassifierInfo info = load(executors, std::move(factory));
      givesProbabilities_ = info.givesProbabilities;
      onLoaded(info, std::nullopt);
    } catch (...) {
      failure = currentError("ERR_MODEL_FORMAT");
      closeQueues();
    }
    executors.clear();  // waits until the queue is closed and drained
    endGradients();
    // Last: whoever hears of it may wait for this thread, while other devices still load.
    if (failure) onLoaded(std::nullopt, failure);
    std::vector<std::function<void()>> waiting;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      finished_ = true;
      waiting.swap(onClosed_);
    }
    for (const auto& onClosed : waiting) onClosed();
  }

  void closeQueues() {
    queue_.close();
    gradientQueue_.close();
  }

  // With somebody who serves it.
  RequestQueue& gradientQueue() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (gradients_) return gradientQueue_;
    if (!file_) {
      throw Error("ERR_UNSUPPORTED", "expected a model whose file was kept open, for a layer before the last");
    }
    const ScoreKind scores{options_.isMultiLabel, givesProbabilities_};
    const c10::Device device = resolveDevices(options_.devices.front()).front();
    gradients_ = std::make_unique<GradientExecutor>(*file_, device, options_, scores, gradientQueue_, statistics_);
    file_.reset();
    return gradientQueue_;
  }

  // Waits until the queue is closed and drained.
  void endGradients() {
    std::unique_ptr<GradientExecutor> ending;
    const std::lock_guard<std::mutex> lock(mutex_);
    ending.swap(gradients_);
  }

  // What is read as C×T×H×W values has to be that many.
  void checkSize(const RequestInput& input) const {
    const auto* const tensor = std::get_if<preprocessing::ClipTensor>(&input);
    if (!tensor) return;
    const preprocessing::InputSpec& spec = options_.input;
    const int64_t expected = tensor->channels * spec.frames * spec.height * spec.width;
    if (static_cast<int64_t>(tensor->values.size()) == expected) return;
    throw Error("ERR_CLIP_SHAPE", "expected " + std::to_string(expected) +
                                      " values in a clip of a tensor but received " +
                                      std::to_string(tensor->values.size()));
  }

  // All devices at the same time.
  ClassifierInfo load(std::vector<std::unique_ptr<Executor>>& executors, ExecutorFactory factory) {
    ClassifierInfo whole;
    for (const std::string& name : options_.devices) {
      for (const c10::Device device : resolveDevices(name)) {
        executors.push_back(factory.make(device, queue_, statistics_));
        whole.devices.push_back(deviceName(device));
      }
    }
    factory = {};  // the file's bytes with it, once all are loaded
    for (const auto& executor : executors) {
      const Executor::Info info = executor->loaded();
      whole.precision = info.precision;
      whole.outputs = info.outputs;
      whole.bytes += info.bytes;
      whole.givesProbabilities = info.givesProbabilities;
      whole.warnings = info.warnings;
    }
    return whole;
  }

  const ClassifierOptions options_;
  RequestQueue gradientQueue_;
  RequestQueue queue_;
  Statistics statistics_;
  std::mutex mutex_;
  std::vector<std::function<void()>> onClosed_;
  bool finished_ = false;
  std::optional<model::ModelFile> file_;
  std::unique_ptr<GradientExecutor> gradients_;  // once somebody has asked for what it gives
  std::atomic<bool> givesProbabilities_{false};  // once the network is loaded
  std::thread thread_;                           // last: it uses all of the above
};

Classifier::Classifier(ExecutorFactory executors, ClassifierOptions options, Loaded onLoaded)
    : impl_(std::make_unique<Impl>(std::move(executors), std::move(options), std::move(onLoaded))) {}

Classifier::Classifier(model::ModelFile file, ClassifierOptions options, Loaded onLoaded)
    : Classifier(executorsFor(std::move(file), options), options, std::move(onLoaded)) {}

Classifier::~Classifier() = default;

void Classifier::submit(uint64_t id, std::vector<RequestInput> inputs, const Wanted& wanted, Call::Done done) {
  impl_->submit(id, std::move(inputs), wanted, std::move(done));
}

void Classifier::keepFile(model::ModelFile file) { impl_->keepFile(std::move(file)); }

bool Classifier::cancel(uint64_t id, const Error& reason) { return impl_->cancel(id, reason); }

ClassifierStats Classifier::stats() const { return impl_->stats(); }

void Classifier::close(std::function<void()> onClosed) { impl_->close(std::move(onClosed)); }

}  // namespace kinetorch::engine
