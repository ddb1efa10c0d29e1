#include "native/architectures/depthwise_resnet.h"

#include <array>
#include <vector>

#include "native/architectures/video_resnet.h"

namespace kinetorch {

namespace {

using Module = torch::jit::Module;

constexpr double kBnEpsilon = 1e-5;
constexpr int64_t kStemWidth = 32;
constexpr std::array<int64_t, 4> kWidths{32, 64, 128, 256};
constexpr std::array<int64_t, 4> kBlocks{1, 2, 2, 2};

// Depthwise in space, depthwise in time, pointwise; the last ReLU belongs to the residual sum where there is one.
Module separableConv(LayerFactory& factory, int64_t in, int64_t out, Size3 stride, bool lastRelu) {
  const auto [time, height, width] = stride;
  std::vector<Module> layers{factory.conv3d({in, in, {1, 3, 3}, {1, height, width}, {0, 1, 1}, in}),
                             factory.batchNorm(in, kBnEpsilon),
                             factory.relu(),
                             factory.conv3d({in, in, {3, 1, 1}, {time, 1, 1}, {1, 0, 0}, in}),
                             factory.batchNorm(in, kBnEpsilon),
                             factory.relu(),
                             factory.conv3d({in, out}),
                             factory.batchNorm(out, kBnEpsilon)};
  if (lastRelu) layers.push_back(factory.relu());
  return factory.sequential(layers);
}

Module block(LayerFactory& factory, int64_t in, int64_t out, Size3 stride) {
  const std::vector<Module> convs{separableConv(factory, in, out, stride, true),
                                  separableConv(factory, out, out, {1, 1, 1}, false)};
  if (stride == Size3{1, 1, 1} && in == out) return residualBlock(factory, convs, nullptr);
  const Module downsample = factory.sequential(
      {factory.conv3d({in, out, {1, 1, 1}, stride}), factory.batchNorm(out, kBnEpsilon)});
  return residualBlock(factory, convs, &downsample);
}

}  // namespace

Module buildDepthwiseResNet(LayerFactory& factory, int64_t numClasses) {
  // Full, not depthwise, in time: telling the direction of a motion needs channels mixed between frames early.
  const Module stem = factory.sequential({factory.conv3d({3, 24, {1, 5, 5}, {1, 2, 2}, {0, 2, 2}}),
                                          factory.batchNorm(24, kBnEpsilon), factory.relu(),
                                          factory.conv3d({24, kStemWidth, {3, 1, 1}, {1, 1, 1}, {1, 0, 0}}),
                                          factory.batchNorm(kStemWidth, kBnEpsilon), factory.relu()});
  std::array<Module, 4> layers;
  int64_t in = kStemWidth;
  for (size_t stage = 0; stage < kWidths.size(); ++stage) {
    std::vector<Module> blocks;
    for (int64_t i = 0; i < kBlocks[stage]; ++i) {
      // Every stage halves the picture; time is kept whole through the first.
      const Size3 first{stage == 0 ? 1 : 2, 2, 2};
      blocks.push_back(block(factory, in, kWidths[stage], i == 0 ? first : Size3{1, 1, 1}));
      in = kWidths[stage];
    }
    layers[stage] = factory.sequential(blocks);
  }
  return assembleNetwork(factory, stem, layers, in, numClasses);
}

}  // namespace kinetorch
