#include "native/architectures/compact_resnet.h"

#include <array>
#include <vector>

#include "native/architectures/video_resnet.h"

namespace kinetorch::architectures {

namespace {

using Module = torch::jit::Module;

constexpr int64_t kCompactStemWidth = 32;
constexpr std::array<int64_t, 4> kWidths{32, 64, 128, 256};
constexpr std::array<int64_t, 4> kBlocks{1, 2, 2, 2};

// Space, then time, each convolution with its batch norm; the last one's weight is given.
std::vector<Module> factoredConv(LayerFactory& factory, int64_t in, int64_t out, Size3 stride, double lastWeight) {
  const auto [time, height, width] = stride;
  return {factory.conv3d({in, out, {1, 3, 3}, {1, height, width}, {0, 1, 1}}), factory.batchNorm(out, kBnEpsilon),
          factory.relu(), factory.conv3d({out, out, {3, 1, 1}, {time, 1, 1}, {1, 0, 0}}),
          factory.batchNorm(out, kBnEpsilon, lastWeight)};
}

// The same depthwise, then mixing channels.
std::vector<Module> separableConv(LayerFactory& factory, int64_t in, int64_t out, Size3 stride, double lastWeight) {
  const auto [time, height, width] = stride;
  return {factory.conv3d({in, in, {1, 3, 3}, {1, height, width}, {0, 1, 1}, in}),
          factory.batchNorm(in, kBnEpsilon),
          factory.relu(),
          factory.conv3d({in, in, {3, 1, 1}, {time, 1, 1}, {1, 0, 0}, in}),
          factory.batchNorm(in, kBnEpsilon),
          factory.relu(),
          factory.conv3d({in, out}),
          factory.batchNorm(out, kBnEpsilon, lastWeight)};
}

// Note [Learning motion from scratch]
// A direction shows in single frames' texture hardly at all, only in small differences between averages of oriented
// responses; with plain strided shortcuts training stayed at chance for thousands of clips. Two known measures keep
// those averages alive from the first step: shortcuts average instead of picking every other value (ResNet-D, He et
// al. 2019, "Bag of Tricks"), and a block starts as its shortcut alone, its last batch norm scaled by 0 (Goyal et al.
// 2017, "Accurate, Large Minibatch SGD").
Module block(LayerFactory& factory, bool depthwise, int64_t in, int64_t out, Size3 stride) {
  const auto conv = depthwise ? separableConv : factoredConv;
  std::vector<Module> first = conv(factory, in, out, stride, 1.0);
  first.push_back(factory.relu());
  const std::vector<Module> convs{factory.sequential(first),
                                  factory.sequential(conv(factory, out, out, {1, 1, 1}, 0.0))};
  if (stride == Size3{1, 1, 1} && in == out) return residualBlock(factory, convs, nullptr);
  const Module downsample =
      factory.sequential({factory.averagePool(stride), factory.conv3d({in, out}), factory.batchNorm(out, kBnEpsilon)});
  return residualBlock(factory, convs, &downsample);
}

}  // namespace

Module buildCompactResNet(LayerFactory& factory, const CompactSpec& spec, int64_t numClasses) {
  std::vector<Module> stem;
  if (spec.localContrast) stem.push_back(factory.localContrast());
  // One linear filter in space and time, of rank 24: nothing between its two halves, so that a unit can answer to one
  // direction of motion and not to the other.
  stem.push_back(factory.conv3d({3, 24, {1, 5, 5}, {1, 2, 2}, {0, 2, 2}}));
  stem.push_back(factory.conv3d({24, kCompactStemWidth, {5, 1, 1}, {1, 1, 1}, {2, 0, 0}}));
  stem.push_back(factory.batchNorm(kCompactStemWidth, kBnEpsilon));
  stem.push_back(factory.relu());
  std::vector<Module> stages{factory.sequential(stem)};
  int64_t in = kCompactStemWidth;
  for (size_t stage = 0; stage < kWidths.size(); ++stage) {
    std::vector<Module> blocks;
    for (int64_t i = 0; i < kBlocks[stage]; ++i) {
      const Size3 first{spec.timeStrides[stage], 2, 2};
      blocks.push_back(block(factory, spec.depthwise, in, kWidths[stage], i == 0 ? first : Size3{1, 1, 1}));
      in = kWidths[stage];
    }
    stages.push_back(factory.sequential(blocks));
  }
  return assembleNetwork(factory, stages, in, numClasses, spec.dropout);
}

}  // namespace kinetorch::architectures
