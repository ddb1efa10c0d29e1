// The forward pass alone, in a loop: what the engine around it is compared with. It answers `load`, `run N`,
// `preprocess N` and `peak` as the peers do (bench/harness/peers/protocol.py); what it loads its arguments say.
//
//   kinetorch_native_loop MODEL CLIPS FRAMES HEIGHT WIDTH CLASSES BATCH THREADS PLANS
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "native/network/load_network.h"
#include "native/preprocessing/preprocess.h"
#include "native/runtime/block_cache.h"
#include "native/runtime/runtime_info.h"

namespace kinetorch {
namespace {

struct Task {
  std::string model;
  std::string clips;
  preprocessing::InputSpec input;
  int64_t classes = 0;
  int64_t batch = 1;
  int threads = 1;
  network::OptimizeOptions optimize;
};

Task parse(char** values) {
  Task task;
  task.model = values[1];
  task.clips = values[2];
  task.input.frames = std::stoll(values[3]);
  task.input.height = std::stoll(values[4]);
  task.input.width = std::stoll(values[5]);
  task.input.resize = {task.input.height, task.input.width};
  task.input.mean = {0.43216, 0.394666, 0.37645};
  task.input.std = {0.22803, 0.22145, 0.216989};
  task.classes = std::stoll(values[6]);
  task.batch = std::stoll(values[7]);
  task.threads = std::stoi(values[8]);
  task.optimize.planFolder = values[9];
  task.optimize.measureMs = 2000;
  task.optimize.maxWeightBytes = int64_t{1} << 30;
  task.optimize.maxBatchSize = task.batch;
  return task;
}

at::Tensor emptyBatch(const Task& task) {
  return at::zeros({task.batch, 3, task.input.frames, task.input.height, task.input.width})
      .contiguous(at::MemoryFormat::ChannelsLast3d);
}

at::Tensor readBatch(const Task& task) {
  std::ifstream file(task.clips, std::ios::binary);
  const at::Tensor batch = emptyBatch(task);
  const int64_t frames = task.input.frames, height = task.input.height, width = task.input.width;
  for (int64_t i = 0; i < task.batch; ++i) {
    preprocessing::Clip clip{std::vector<uint8_t>(static_cast<size_t>(frames * height * width * 3)), false, frames,
                             height, width};
    file.read(reinterpret_cast<char*>(clip.bytes.data()), static_cast<std::streamsize>(clip.bytes.size()));
    preprocessing::preprocessClip(clip, {}, task.input, batch, i);
  }
  return batch;
}

// What a batch of decoded video costs before the network: 320×240 frames, resized and cropped.
std::function<void()> preprocessing(const Task& task) {
  preprocessing::Clip clip{std::vector<uint8_t>(static_cast<size_t>(task.input.frames * 240 * 320 * 3), 100), false,
                           task.input.frames, 240, 320};
  preprocessing::InputSpec input = task.input;
  input.resize = {input.height * 8 / 7, input.width * 32 / 21};
  return [clip = std::move(clip), input, batch = emptyBatch(task)] {
    for (int64_t i = 0; i < batch.size(0); ++i) preprocessing::preprocessClip(clip, {}, input, batch, i);
  };
}

void sayTimes(int count, const std::function<void()>& work) {
  std::printf("{\"times\": [");
  for (int i = 0; i < count; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const double taken = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    std::printf("%s%.4f", i > 0 ? ", " : "", taken);
  }
  std::printf("]}\n");
}

void sayLogits(const at::Tensor& logits) {
  std::printf("{\"logits\": [");
  for (int64_t row = 0; row < logits.size(0); ++row) {
    for (int64_t i = 0; i < logits.size(1); ++i) {
      std::printf("%s%.9g", i > 0 ? ", " : row > 0 ? "], [" : "[", logits[row][i].item<double>());
    }
  }
  std::printf("]]}\n");
}

void sayPeak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  constexpr double kUnit = 1;
#else
  constexpr double kUnit = 1024;
#endif
  std::printf("{\"peakBytes\": %.0f}\n", static_cast<double>(usage.ru_maxrss) * kUnit);
}

void serve(const Task& task) {
  std::puts("{\"version\": \"native loop\"}");
  std::fflush(stdout);
  c10::InferenceMode guard;
  initialiseRuntime();
  at::set_num_threads(task.threads);
  const auto network = network::loadNetwork(model::ModelFile::open({task.model, {}}), task.input, {task.classes, {}},
                                            c10::Device(c10::kCPU), c10::kFloat, task.optimize);
  const at::Tensor clips = readBatch(task);
  const auto preprocess = preprocessing(task);
  KeptBlocks blocks;  // as the engine does
  const auto forward = [&] {
    network->logits(clips);
    blocks.endStep();
  };
  for (std::string line; std::getline(std::cin, line) && !line.empty();) {
    const std::string name = line.substr(0, line.find(' '));
    const auto count = [&] { return std::stoi(line.substr(name.size())); };
    if (name == "load") sayLogits(network->logits(clips));
    if (name == "run") sayTimes(count(), forward);
    if (name == "preprocess") sayTimes(count(), preprocess);
    if (name == "peak") sayPeak();
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace kinetorch

int main(int count, char** values) {
  if (count != 10) {
    std::cerr << "usage: kinetorch_native_loop MODEL CLIPS FRAMES HEIGHT WIDTH CLASSES BATCH THREADS PLANS\n";
    return 2;
  }
  kinetorch::serve(kinetorch::parse(values));
  return 0;
}
