// Prints for the layers of R(2+1)D-18, R3D-18 and CSN at 16 × 112 × 112, batch 1, what the kernels take: the best plan
// of a small search, its median and shortest time, and GFLOP/s counted as if the convolution were direct.
//
// With --threads 1 times are of the thread alone, which other jobs on the machine disturb least.
//
//   kinetorch_kernel_bench [--threads 2] [--target AVX2] [--only part-of-a-name]
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "bench/kernels/measure.h"
#include "native/kernels/conv.h"

namespace kinetorch {
namespace {

struct Options {
  int threads = 2;
  std::string target;
  std::string only;
};

struct Case {
  const char* name;
  kernels::ConvLayer layer;
  kernels::ClipSize size;
};

kernels::ConvLayer conv(int64_t from, int64_t to, std::array<int64_t, 3> kernel,
                        std::array<int64_t, 3> stride = {1, 1, 1}, int64_t groups = 1) {
  return {from, to, kernel, stride, {kernel[0] / 2, kernel[1] / 2, kernel[2] / 2}, groups};
}

const std::vector<Case> kCases = {
    {"r2plus1d layer1 (1,3,3)", conv(64, 144, {1, 3, 3}), {1, 16, 56, 56}},
    {"r2plus1d layer1 (3,1,1)", conv(144, 64, {3, 1, 1}), {1, 16, 56, 56}},
    {"r2plus1d layer2 (1,3,3)", conv(128, 288, {1, 3, 3}), {1, 8, 28, 28}},
    {"r2plus1d layer2 (3,1,1)", conv(288, 128, {3, 1, 1}), {1, 8, 28, 28}},
    {"r2plus1d layer3 (1,3,3)", conv(256, 576, {1, 3, 3}), {1, 4, 14, 14}},
    {"r2plus1d layer3 (3,1,1)", conv(576, 256, {3, 1, 1}), {1, 4, 14, 14}},
    {"r2plus1d layer4 (1,3,3)", conv(512, 1152, {1, 3, 3}), {1, 2, 7, 7}},
    {"r2plus1d layer4 (3,1,1)", conv(1152, 512, {3, 1, 1}), {1, 2, 7, 7}},
    {"r2plus1d stem (1,7,7)/2", conv(3, 45, {1, 7, 7}, {1, 2, 2}), {1, 16, 112, 112}},
    {"r2plus1d stem (3,1,1)", conv(45, 64, {3, 1, 1}), {1, 16, 56, 56}},
    {"r2plus1d layer2 (1,3,3)/2", conv(64, 230, {1, 3, 3}, {1, 2, 2}), {1, 16, 56, 56}},
    {"r2plus1d layer2 (3,1,1)/2", conv(230, 128, {3, 1, 1}, {2, 1, 1}), {1, 16, 28, 28}},
    {"r2plus1d layer2 (1,1,1)/2", conv(64, 128, {1, 1, 1}, {2, 2, 2}), {1, 16, 56, 56}},
    {"r2plus1d layer3 (1,3,3)/2", conv(128, 460, {1, 3, 3}, {1, 2, 2}), {1, 8, 28, 28}},
    {"r2plus1d layer3 (3,1,1)/2", conv(460, 256, {3, 1, 1}, {2, 1, 1}), {1, 8, 14, 14}},
    {"r2plus1d layer4 (1,3,3)/2", conv(256, 921, {1, 3, 3}, {1, 2, 2}), {1, 4, 14, 14}},
    {"r2plus1d layer4 (3,1,1)/2", conv(921, 512, {3, 1, 1}, {2, 1, 1}), {1, 4, 7, 7}},
    {"r3d layer1 (3,3,3)", conv(64, 64, {3, 3, 3}), {1, 16, 56, 56}},
    {"r3d layer2 (3,3,3)", conv(128, 128, {3, 3, 3}), {1, 8, 28, 28}},
    {"r3d layer3 (3,3,3)", conv(256, 256, {3, 3, 3}), {1, 4, 14, 14}},
    {"r3d layer4 (3,3,3)", conv(512, 512, {3, 3, 3}), {1, 2, 7, 7}},
    {"csn layer1 depthwise (3,3,3)", conv(64, 64, {3, 3, 3}, {1, 1, 1}, 64), {1, 16, 56, 56}},
    {"csn layer2 depthwise (3,3,3)", conv(128, 128, {3, 3, 3}, {1, 1, 1}, 128), {1, 8, 28, 28}},
    {"csn layer2 depthwise (3,3,3)/2", conv(128, 128, {3, 3, 3}, {2, 2, 2}, 128), {1, 16, 56, 56}},
    {"csn layer4 depthwise (3,3,3)", conv(512, 512, {3, 3, 3}, {1, 1, 1}, 512), {1, 2, 7, 7}},
    {"depthwise (1,3,3)", conv(64, 64, {1, 3, 3}, {1, 1, 1}, 64), {1, 16, 56, 56}},
    {"depthwise (3,1,1)", conv(64, 64, {3, 1, 1}, {1, 1, 1}, 64), {1, 16, 56, 56}},
    {"csn stem (3,7,7)/2", conv(3, 64, {3, 7, 7}, {1, 2, 2}), {1, 16, 112, 112}},
    {"csn layer1 (1,1,1) 64", conv(64, 64, {1, 1, 1}), {1, 16, 28, 28}},
    {"csn layer1 (1,1,1)", conv(64, 256, {1, 1, 1}), {1, 16, 28, 28}},
    {"csn layer1 (1,1,1) back", conv(256, 64, {1, 1, 1}), {1, 16, 28, 28}},
    {"csn layer2 (1,1,1)", conv(128, 512, {1, 1, 1}), {1, 8, 14, 14}},
    {"csn layer2 (1,1,1) back", conv(512, 128, {1, 1, 1}), {1, 8, 14, 14}},
    {"csn layer3 (1,1,1)", conv(256, 1024, {1, 1, 1}), {1, 4, 7, 7}},
    {"csn layer3 (1,1,1) back", conv(1024, 256, {1, 1, 1}), {1, 4, 7, 7}},
    {"csn layer4 (1,1,1)", conv(512, 2048, {1, 1, 1}), {1, 2, 4, 4}},
    {"csn layer4 (1,1,1) back", conv(2048, 512, {1, 1, 1}), {1, 2, 4, 4}},
    {"small stem (1,5,5)/2", conv(3, 24, {1, 5, 5}, {1, 2, 2}), {1, 12, 64, 80}},
    {"small stem (5,1,1)", conv(24, 32, {5, 1, 1}), {1, 12, 32, 40}},
    {"small layer1 (1,1,1)", conv(32, 32, {1, 1, 1}), {1, 12, 16, 20}},
    {"small layer1 depthwise (1,3,3)/2", conv(32, 32, {1, 3, 3}, {1, 2, 2}, 32), {1, 12, 32, 40}},
};

size_t floatsIn(const kernels::ClipSize& size, int64_t channels) {
  return static_cast<size_t>(size.batch * size.frames * size.height * size.width * channels);
}

kernels::AlignedBuffer randomFloats(size_t size) {
  static std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  kernels::AlignedBuffer buffer(size);
  for (size_t i = 0; i < size; ++i) buffer.data()[i] = uniform(random);
  return buffer;
}

// Reading the input once and writing the output once, on all threads.
Timing measureStream(const kernels::AlignedBuffer& from, kernels::AlignedBuffer& to, kernels::ParallelFor& threads) {
  const size_t count = static_cast<size_t>(threads.threads());
  const auto copy = [&](int part) {
    const auto bounds = [&](size_t size, int index) { return size * static_cast<size_t>(index) / count; };
    const size_t begin = bounds(to.size(), part);
    const size_t end = bounds(to.size(), part + 1);
    if (from.size() == to.size()) {
      std::memcpy(to.data() + begin, from.data() + begin, (end - begin) * sizeof(float));
      return;
    }
    float sum = 0;
    for (size_t i = bounds(from.size(), part); i < bounds(from.size(), part + 1); i += 16) sum += from.data()[i];
    std::fill(to.data() + begin, to.data() + end, sum);
  };
  return measure([&] { threads.run(threads.threads(), copy); }, threads.threads(), 15, 100);
}

void benchAlgorithm(const Case& c, kernels::ConvAlgorithm algorithm, const Options& options) {
  static const char* const kNames[] = {"direct", "F(2)", "F(4)", "depthwise"};
  const kernels::ConvLayer& layer = c.layer;
  const kernels::ClipSize out = kernels::outputSize(layer, c.size);
  const int64_t fan = layer.inputChannels / layer.groups * layer.kernel[0] * layer.kernel[1] * layer.kernel[2];
  const kernels::AlignedBuffer input = randomFloats(floatsIn(c.size, layer.inputChannels));
  const kernels::AlignedBuffer weights = randomFloats(static_cast<size_t>(layer.outputChannels * fan));
  const kernels::AlignedBuffer bias = randomFloats(static_cast<size_t>(layer.outputChannels));
  kernels::AlignedBuffer output(floatsIn(out, layer.outputChannels));
  OpenMpFor threads(options.threads);
  const kernels::PackedConv packed(layer, algorithm, weights.data(), bias.data(), threads, options.target);

  const auto timed = [&](const kernels::ConvPlan& plan, int calls, double milliseconds) {
    kernels::AlignedBuffer workspace(kernels::workspaceBytes(packed, plan, c.size, options.threads) / sizeof(float));
    const kernels::ConvArguments arguments = {input.data(), output.data(), nullptr, true};
    return measure([&] { run(packed, plan, c.size, arguments, workspace.data(), threads); }, options.threads, calls,
                   milliseconds);
  };
  const std::vector<kernels::ConvPlan> plans = kernels::candidatePlans(packed, c.size, options.threads);
  kernels::ConvPlan best = plans[0];
  double shortest = 1e30;
  for (const kernels::ConvPlan& plan : plans) {
    const double time = timed(plan, 3, 0).best;
    if (time < shortest) {
      shortest = time;
      best = plan;
    }
  }
  const Timing byDefault = timed(plans[0], 15, 100);
  const Timing timing = timed(best, 15, 200);
  const double flops = 2.0 * static_cast<double>(fan) * static_cast<double>(output.size());
  std::printf("%-31s %-9s %7.2f ms (best %6.2f, default plan %6.2f) %5.0f GFLOP/s  rows %3d channels %3d %s", c.name,
              kNames[static_cast<size_t>(algorithm)], timing.median, timing.best, byDefault.best,
              flops / timing.best / 1e6, static_cast<int>(best.tileRows), static_cast<int>(best.channelBlock),
              best.shareInput ? "shared" : "");
  if (algorithm == kernels::ConvAlgorithm::kDepthwise) {
    const Timing stream = measureStream(input, output, threads);
    std::printf(" %.2f x a copy's %.2f ms", timing.best / stream.best, stream.best);
  }
  std::printf("\n");
  std::fflush(stdout);
}

Options parse(int count, char** values) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = values[i];
    if (name == "--threads") options.threads = std::atoi(values[i + 1]);
    if (name == "--target") options.target = values[i + 1];
    if (name == "--only") options.only = values[i + 1];
  }
  return options;
}

}  // namespace
}  // namespace kinetorch

int main(int count, char** values) {
  using namespace kinetorch;
  const Options options = parse(count, values);
  for (const Case& c : kCases) {
    if (std::string(c.name).find(options.only) == std::string::npos) continue;
    for (const auto algorithm : {kernels::ConvAlgorithm::kDirect, kernels::ConvAlgorithm::kWinograd2,
                                 kernels::ConvAlgorithm::kWinograd4, kernels::ConvAlgorithm::kDepthwise}) {
      if (kernels::supports(c.layer, algorithm)) benchAlgorithm(c, algorithm, options);
    }
  }
  return 0;
}
