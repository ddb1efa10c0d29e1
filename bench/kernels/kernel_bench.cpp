// Prints for the layers of test/native/kernels/cases.h what the kernels take: the best plan of a small search, its
// median and shortest time, and operations a second in thousand millions, counted as if the convolution were direct;
// for int8 also their share of what a bare loop of its products reaches at the same moment.
//
// With --threads 1 times are of the thread alone, which other jobs on the machine disturb least.
//
//   kinetorch_kernel_bench [--threads 2] [--target AVX2] [--kind int8] [--only part-of-a-name]
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "bench/kernels/bare_loop.h"
#include "bench/kernels/measure.h"
#include "native/kernels/conv.h"
#include "test/native/kernels/cases.h"

namespace kinetorch {
namespace {

using Floats = kernels::AlignedBuffer<float>;
using kernels::ElementKind;

struct Options {
  int threads = 2;
  std::string target;  // or the best of each kind
  std::string kind;    // or all
  std::string only;
};

template <typename Element, typename Distribution>
kernels::AlignedBuffer<Element> randomBuffer(int64_t size, Distribution distribution) {
  static std::mt19937 random(1);
  kernels::AlignedBuffer<Element> buffer(static_cast<size_t>(size));
  for (size_t i = 0; i < buffer.size(); ++i) buffer.data()[i] = static_cast<Element>(distribution(random));
  return buffer;
}

Floats randomFloats(int64_t size) { return randomBuffer<float>(size, std::uniform_real_distribution<float>(-1, 1)); }

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

// A kernel on random numbers.
class Bench {
 public:
  Bench(const test::LayerCase& c, const test::KernelCase& kernel, int threads)
      : layer_(c.layer),
        size_(c.size),
        kind_(kernel.elementKind),
        threads_(threads),
        isInt8_(kind_ == ElementKind::kInt8),
        input_(isInt8_ ? Floats() : randomFloats(test::elementsIn(size_, layer_.inputChannels))),
        output_(static_cast<size_t>(outputBytes()) / sizeof(float)),
        packed_(isInt8_ ? packInt8(kernel) : packFloat32(kernel)) {
    if (isInt8_) {
      bytes_ = randomBuffer<uint8_t>(test::elementsIn(size_, kernels::storedChannels(layer_.inputChannels)),
                                     std::uniform_int_distribution<int>(0, 255));
    }
  }

  std::vector<kernels::ConvPlan> plans() { return kernels::candidatePlans(packed_, size_, threads_.threads()); }

  Timing timed(const kernels::ConvPlan& plan, int calls, double milliseconds) {
    kernels::AlignedBuffer<std::byte> workspace(kernels::workspaceBytes(packed_, plan, size_, threads_.threads()));
    kernels::ConvArguments arguments = {kind_, input_.data(), output_.data(), nullptr, true};
    if (isInt8_) {
      arguments.input = bytes_.data();
      arguments.outputQuantisation = kernels::Quantisation{1, 0};
    }
    return measure([&] { run(packed_, plan, size_, arguments, workspace.data(), threads_); }, threads_.threads(), calls,
                   milliseconds);
  }

  Timing timedStream() { return measureStream(input_, output_, threads_); }
  double products() const {
    const int64_t outputs = test::elementsIn(kernels::outputSize(layer_, size_), 1);
    return static_cast<double>(test::weightsIn(layer_)) * static_cast<double>(outputs);
  }

 private:
  int64_t outputBytes() const {
    const kernels::ClipSize size = kernels::outputSize(layer_, size_);
    return isInt8_ ? test::elementsIn(size, kernels::storedChannels(layer_.outputChannels))
                   : test::elementsIn(size, layer_.outputChannels) * static_cast<int64_t>(sizeof(float));
  }

  kernels::PackedConv packFloat32(const test::KernelCase& kernel) {
    const Floats weights = randomFloats(test::weightsIn(layer_));
    const Floats bias = randomFloats(layer_.outputChannels);
    return {layer_, kernel.algorithm, weights.data(), bias.data(), threads_, kernel.target};
  }

  kernels::PackedConv packInt8(const test::KernelCase& kernel) {
    const auto weights = randomBuffer<int8_t>(test::weightsIn(layer_), std::uniform_int_distribution<int>(-127, 127));
    const Floats steps = randomFloats(layer_.outputChannels);
    const Floats bias = randomFloats(layer_.outputChannels);
    return {layer_, kernel.algorithm, weights.data(), steps.data(), bias.data(), {0.01F, 0}, threads_, kernel.target};
  }

  kernels::ConvLayer layer_;
  kernels::ClipSize size_;
  ElementKind kind_;
  OpenMpFor threads_;
  bool isInt8_;
  Floats input_;
  kernels::AlignedBuffer<uint8_t> bytes_;
  Floats output_;
  kernels::PackedConv packed_;
};

void benchKernel(const test::LayerCase& c, const test::KernelCase& kernel, const Options& options) {
  Bench bench(c, kernel, options.threads);
  const std::vector<kernels::ConvPlan> plans = bench.plans();
  kernels::ConvPlan best = plans[0];
  double shortest = 1e30;
  for (const kernels::ConvPlan& plan : plans) {
    const double time = bench.timed(plan, 3, 0).best;
    if (time < shortest) {
      shortest = time;
      best = plan;
    }
  }
  const Timing byDefault = bench.timed(plans[0], 15, 100);
  const Timing timing = bench.timed(best, 15, 200);
  const double rate = 2 * bench.products() / timing.best / 1e6;
  std::printf("%-31s %s %-9s %7.2f ms (best %6.2f, default plan %6.2f) %5.0f GOP/s  rows %3d channels %3d %s", c.name,
              kernels::nameOf(kernel.elementKind), kernels::nameOf(kernel.algorithm), timing.median, timing.best,
              byDefault.best, rate, static_cast<int>(best.tileRows), static_cast<int>(best.channelBlock),
              best.shareInput ? "shared" : "");
  if (kernel.elementKind == ElementKind::kInt8) {
    const double bare = bareByteProducts(kernel.target, options.threads);
    if (bare > 0) std::printf(" %.0f%% of a bare loop's %.0f", 100 * rate / bare, bare);
  }
  if (kernel.algorithm == kernels::ConvAlgorithm::kDepthwise && kernel.elementKind == ElementKind::kFloat32) {
    const Timing stream = bench.timedStream();
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
    if (name == "--kind") options.kind = values[i + 1];
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
    for (const ElementKind kind : kernels::kElementKinds) {
      if (!options.kind.empty() && options.kind != kernels::nameOf(kind)) continue;
      const std::string target = options.target.empty() ? kernels::targetNames(kind).front() : options.target;
      for (const test::KernelCase& kernel : test::kernelCases(kind, target)) {
        if (kernels::supports(layer.layer, kernel.algorithm, kind)) benchKernel(layer, kernel, options);
      }
    }
  }
  return 0;
}
