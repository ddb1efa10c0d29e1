// Prints for the layers of test/native/kernels/cases.h what the kernels take: the best plan of a small search, its
// median and shortest time, and GFLOP/s counted as if the convolution were direct.
//
// With --threads 1 times are of the thread alone, which other jobs on the machine disturb least.
//
//   kinetorch_kernel_bench [--threads 2] [--target AVX2] [--only part-of-a-name]
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "bench/kernels/measure.h"
#include "native/kernels/conv.h"
#include "native/simd/targets.h"
#include "test/native/kernels/cases.h"

namespace kinetorch {
namespace {

using Floats = kernels::AlignedBuffer<float>;

struct Options {
  int threads = 2;
  std::string target = simd::targetNames().front();
  std::string only;
};

Floats randomFloats(int64_t size) {
  static std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  Floats buffer(static_cast<size_t>(size));
  for (size_t i = 0; i < buffer.size(); ++i) buffer.data()[i] = uniform(random);
  return buffer;
}

// Reading the input once and writing the output once, on all threads.
Timing measureStream(const Floats& from, Floats& to, kernels::ParallelFor& threads) {
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

void benchKernel(const test::LayerCase& c, const test::KernelCase& kernel, const Options& options) {
  const kernels::ConvLayer& layer = c.layer;
  const kernels::ClipSize out = kernels::outputSize(layer, c.size);
  const Floats input = randomFloats(test::elementsIn(c.size, layer.inputChannels));
  const Floats weights = randomFloats(test::weightsIn(layer));
  const Floats bias = randomFloats(layer.outputChannels);
  Floats output(static_cast<size_t>(test::elementsIn(out, layer.outputChannels)));
  OpenMpFor threads(options.threads);
  const kernels::PackedConv packed(layer, kernel.algorithm, kernel.elementKind, weights.data(), bias.data(), threads,
                                   kernel.target);

  const auto timed = [&](const kernels::ConvPlan& plan, int calls, double milliseconds) {
    kernels::AlignedBuffer<std::byte> workspace(kernels::workspaceBytes(packed, plan, c.size, options.threads));
    const kernels::ConvArguments arguments = {kernel.elementKind, input.data(), output.data(), nullptr, true};
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
  const double flops =
      2.0 * static_cast<double>(test::weightsIn(layer) / layer.outputChannels) * static_cast<double>(output.size());
  std::printf("%-31s %s %-9s %7.2f ms (best %6.2f, default plan %6.2f) %5.0f GFLOP/s  rows %3d channels %3d %s", c.name,
              kernels::nameOf(kernel.elementKind), kernels::nameOf(kernel.algorithm), timing.median, timing.best,
              byDefault.best, flops / timing.best / 1e6, static_cast<int>(best.tileRows),
              static_cast<int>(best.channelBlock), best.shareInput ? "shared" : "");
  if (kernel.algorithm == kernels::ConvAlgorithm::kDepthwise) {
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
  for (const test::LayerCase& layer : test::layerCases()) {
    if (std::string(layer.name).find(options.only) == std::string::npos) continue;
    for (const test::KernelCase& kernel : test::kernelCases({options.target})) {
      if (kernels::supports(layer.layer, kernel.algorithm)) benchKernel(layer, kernel, options);
    }
  }
  return 0;
}
