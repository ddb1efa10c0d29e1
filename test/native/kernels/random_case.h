#pragma once

#include <algorithm>
#include <array>
#include <ostream>
#include <random>
#include <vector>

#include "native/kernels/conv.h"
#include "test/native/kernels/cases.h"

namespace kinetorch::test {

enum class ResidualKind { kNone, kApart, kInOutput };

struct ConvCase {
  kernels::ConvLayer layer;
  kernels::ClipSize input;
  kernels::ConvPlan plan;
  int threads = 1;
  bool bias = false;
  bool relu = false;
  ResidualKind residual = ResidualKind::kNone;
};

inline std::ostream& operator<<(std::ostream& out, const ConvCase& c) {
  const auto list = [&](const std::array<int64_t, 3>& values) -> std::ostream& {
    return out << '(' << values[0] << ',' << values[1] << ',' << values[2] << ')';
  };
  out << kernels::nameOf(c.plan.elementKind) << ' ' << kernels::nameOf(c.plan.algorithm) << " kernel ";
  list(c.layer.kernel) << " stride ";
  list(c.layer.stride) << " padding ";
  list(c.layer.padding) << " channels " << c.layer.inputChannels << "→" << c.layer.outputChannels << " groups "
                        << c.layer.groups;
  return out << " input " << c.input.batch << "×" << c.input.frames << "×" << c.input.height << "×" << c.input.width
             << " tileRows " << c.plan.tileRows << " channelBlock " << c.plan.channelBlock << " shareInput "
             << c.plan.shareInput << " streamOutput " << c.plan.streamOutput << " threads " << c.threads << " bias "
             << c.bias << " relu " << c.relu << " residual " << static_cast<int>(c.residual);
}

// Layers and sizes of every kind, small enough for the reference.
class RandomCases {
 public:
  RandomCases(const KernelCase& kernel, unsigned seed) : kernel_(kernel), random_(seed) {}

  ConvCase next() {
    ConvCase c;
    do {
      c.layer = layer();
      c.input = {within(1, 9), within(1, 33), within(1, 30), within(1, 30)};
      if (one(8)) c.input.height = c.input.width = 1;
    } while (!fits(c));
    c.plan = {kernel_.elementKind,
              kernel_.algorithm,
              any({1, 2, 5, 6, 12, 24, 48, 100}),
              any({1, 16, 32, 48, 96}),
              one(2),
              one(2)};
    c.threads = static_cast<int>(within(1, 3));
    c.bias = !one(4);
    c.relu = one(2);
    c.residual = any({ResidualKind::kNone, ResidualKind::kApart, ResidualKind::kInOutput});
    return c;
  }

  std::mt19937& random() { return random_; }

 private:
  int64_t within(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random_); }
  bool one(int64_t in) { return within(1, in) == 1; }
  template <typename T>
  T any(const std::vector<T>& of) {
    return of[static_cast<size_t>(within(0, static_cast<int64_t>(of.size()) - 1))];
  }
  int64_t any(std::initializer_list<int64_t> of) { return any(std::vector<int64_t>(of)); }
  ResidualKind any(std::initializer_list<ResidualKind> of) { return any(std::vector<ResidualKind>(of)); }

  int64_t channels() { return any({1, 2, 3, 5, 7, 8, 9, 13, 16, 17, 24, 31, 32, 45, 64, 83, 230, 700}); }

  kernels::ConvLayer layer() {
    kernels::ConvLayer layer;
    layer.inputChannels = channels();
    layer.outputChannels = channels();
    if (kernel_.algorithm == kernels::ConvAlgorithm::kDepthwise) {
      layer.outputChannels = layer.groups = layer.inputChannels;
      for (size_t axis = 0; axis < 3; ++axis) {
        layer.kernel[axis] = any({1, 3});
        layer.stride[axis] = any({1, 1, 2});
        layer.padding[axis] = layer.kernel[axis] / 2;
      }
    } else if (kernel_.algorithm == kernels::ConvAlgorithm::kDirect && one(2)) {
      for (size_t axis = 0; axis < 3; ++axis) {
        layer.kernel[axis] = any({1, 2, 3, 7});
        layer.stride[axis] = within(1, 3);
        layer.padding[axis] = within(0, layer.kernel[axis]);
      }
    } else {
      using Kernel = std::array<int64_t, 3>;
      std::vector<Kernel> kernels = {Kernel{1, 3, 3}, Kernel{3, 1, 1}, Kernel{3, 3, 3}, Kernel{5, 1, 1}};
      if (kernel_.algorithm == kernels::ConvAlgorithm::kDirect) kernels.push_back(Kernel{1, 1, 1});
      layer.kernel = any(kernels);
      for (size_t axis = 0; axis < 3; ++axis) layer.padding[axis] = layer.kernel[axis] / 2;
    }
    return layer;
  }

  static bool fits(const ConvCase& c) {
    constexpr int64_t kMostProducts = 3000000;
    const kernels::ClipSize out = outputSize(c.layer, c.input);
    const int64_t outputs = elementsIn(out, c.layer.outputChannels);
    return outputs > 0 && outputs / c.layer.outputChannels * weightsIn(c.layer) < kMostProducts;
  }

  KernelCase kernel_;
  std::mt19937 random_;
};

}  // namespace kinetorch::test
