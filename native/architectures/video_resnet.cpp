#include "native/architectures/video_resnet.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

// Sources: torchvision/models/video/resnet.py (R3D, MC3, R(2+1)D); Tran et al. 2018, "A Closer Look at Spatiotemporal
// Convolutions for Action Recognition"; VMZ pt/vmz/models and Tran et al. 2019, "Video Classification with
// Channel-Separated Convolutional Networks" (CSN); He et al. 2015, "Deep Residual Learning for Image Recognition";
// pytorchvideo/models (C2D, I3D, Slow, R(2+1)D with bottlenecks); Carreira and Zisserman 2017, "Quo Vadis, Action
// Recognition?" (I3D); Feichtenhofer et al. 2018, "SlowFast Networks for Video Recognition" (Slow).

namespace kinetorch::architectures {

namespace {

using Module = torch::jit::Module;

constexpr int64_t kStemWidth = 64;
constexpr int64_t kBottleneckExpansion = 4;
constexpr Size3 kUnit{1, 1, 1};

class ResNetBuilder {
 public:
  ResNetBuilder(LayerFactory& factory, const ResNetSpec& spec) : factory_(factory), spec_(spec) {}

  Module stem() {
    const auto [frames, isSplit, hasPool] = spec_.stem;
    std::vector<Module> layers;
    if (isSplit) {
      layers = {factory_.conv3d({3, 45, {1, 7, 7}, {1, 2, 2}, {0, 3, 3}}), batchNorm(45), factory_.relu(),
                factory_.conv3d({45, kStemWidth, {3, 1, 1}, {1, 1, 1}, {1, 0, 0}})};
    } else {
      layers = {factory_.conv3d({3, kStemWidth, {frames, 7, 7}, {1, 2, 2}, {frames / 2, 3, 3}})};
    }
    layers.push_back(batchNorm(kStemWidth));
    layers.push_back(factory_.relu());
    if (hasPool) layers.push_back(factory_.maxPool({1, 3, 3}, {1, 2, 2}, {0, 1, 1}));
    return factory_.sequential(layers);
  }

  Module layer(size_t index) {
    const StageSpec& stage = spec_.stages[index];
    LayerFactory::Children children;
    if (stage.poolsTime) children.emplace_back("pool", factory_.framePool());
    for (int64_t i = 0; i < stage.blocks; ++i) {
      children.emplace_back(std::to_string(i), block(stage, kStemWidth << index, i));
    }
    return factory_.chain(children);
  }

  int64_t features() const { return inPlanes_; }

 private:
  Module batchNorm(int64_t channels) { return factory_.batchNorm(channels, spec_.bnEpsilon); }

  Module spaceConv(int64_t in, int64_t out, Size3 stride) {
    return factory_.conv3d({in, out, {1, 3, 3}, {1, stride[1], stride[2]}, {0, 1, 1}});
  }
  Module timeConv(int64_t in, int64_t out, Size3 stride) {
    return factory_.conv3d({in, out, {3, 1, 1}, {stride[0], 1, 1}, {1, 0, 0}});
  }

  // `midplanes` is used by k2Plus1D alone.
  Module blockConv(BlockConv kind, int64_t in, int64_t out, int64_t midplanes, Size3 stride) {
    switch (kind) {
      case BlockConv::kSimple:
        return factory_.conv3d({in, out, {3, 3, 3}, stride, {1, 1, 1}});
      case BlockConv::kNoTemporal:
        return spaceConv(in, out, stride);
      case BlockConv::k2Plus1D:
        return factory_.sequential({spaceConv(in, midplanes, stride), batchNorm(midplanes), factory_.relu(),
                                    timeConv(midplanes, out, stride)});
      case BlockConv::kTimeSpace:
        return factory_.sequential(
            {timeConv(in, out, stride), batchNorm(out), factory_.relu(), spaceConv(out, out, stride)});
      case BlockConv::kDepthwise:
        return factory_.conv3d({in, out, {3, 3, 3}, stride, {1, 1, 1}, in});
      case BlockConv::kPointDepthwise:
        return factory_.sequential({factory_.conv3d({in, out}), batchNorm(out),
                                    factory_.conv3d({out, out, {3, 3, 3}, stride, {1, 1, 1}, out})});
    }
    throw std::logic_error("unknown BlockConv");
  }

  std::vector<Module> basicConvs(const StageSpec& stage, int64_t planes, Size3 stride) {
    // Once per block, from its own in and out planes, and used by both convolutions (torchvision; VMZ differs).
    const int64_t midplanes = (inPlanes_ * planes * 27) / (inPlanes_ * 9 + 3 * planes);
    return {factory_.sequential(
                {blockConv(stage.conv, inPlanes_, planes, midplanes, stride), batchNorm(planes), factory_.relu()}),
            factory_.sequential({blockConv(stage.conv, planes, planes, midplanes, kUnit), batchNorm(planes)})};
  }

  std::vector<Module> bottleneckConvs(const StageSpec& stage, int64_t planes, Size3 stride, int64_t frames) {
    const int64_t out = planes * kBottleneckExpansion;
    const Size3 first = spec_.stridesFirst ? stride : kUnit;
    const Size3 second = spec_.stridesFirst ? kUnit : stride;
    return {factory_.sequential({factory_.conv3d({inPlanes_, planes, {frames, 1, 1}, first, {frames / 2, 0, 0}}),
                                 batchNorm(planes), factory_.relu()}),
            factory_.sequential(
                {blockConv(stage.conv, planes, planes, planes, second), batchNorm(planes), factory_.relu()}),
            factory_.sequential({factory_.conv3d({planes, out}), batchNorm(out)})};
  }

  Module block(const StageSpec& stage, int64_t planes, int64_t index) {
    const Size3 stride = index == 0 ? stage.stride : kUnit;
    const int64_t out = spec_.hasBottlenecks ? planes * kBottleneckExpansion : planes;
    const auto turn = static_cast<size_t>(index) % stage.pointwiseFrames.size();
    const std::vector<Module> convs = spec_.hasBottlenecks
                                          ? bottleneckConvs(stage, planes, stride, stage.pointwiseFrames[turn])
                                          : basicConvs(stage, planes, stride);
    std::optional<Module> downsample;
    if (stride != kUnit || inPlanes_ != out) {
      downsample = factory_.sequential({factory_.conv3d({inPlanes_, out, kUnit, stride}), batchNorm(out)});
      inPlanes_ = out;
    }
    std::optional<Module> shift;
    if (spec_.shiftEvery > 0 && index % spec_.shiftEvery == 0) shift = factory_.temporalShift();
    return residualBlock(factory_, convs, downsample ? &*downsample : nullptr, shift ? &*shift : nullptr);
  }

  LayerFactory& factory_;
  const ResNetSpec& spec_;
  int64_t inPlanes_ = kStemWidth;
};

std::array<int64_t, 4> blocksOf(int64_t depth) {
  switch (depth) {
    case 18:
      return {2, 2, 2, 2};
    case 34:
    case 50:
      return {3, 4, 6, 3};
    case 101:
      return {3, 4, 23, 3};
    case 152:
      return {3, 8, 36, 3};
    default:
      throw std::logic_error("no ResNet of this depth");
  }
}

}  // namespace

Module residualBlock(LayerFactory& factory, const std::vector<Module>& convs, const Module* downsample,
                     const Module* shift) {
  LayerFactory::Children children;
  std::string source = "def forward(self, x: Tensor) -> Tensor:\n    out = x\n";
  if (shift != nullptr) {
    children.emplace_back("shift", *shift);
    source += "    out = self.shift.forward(out)\n";
  }
  for (size_t i = 0; i < convs.size(); ++i) {
    const std::string name = "conv" + std::to_string(i + 1);
    children.emplace_back(name, convs[i]);
    source += "    out = self." + name + ".forward(out)\n";
  }
  if (downsample != nullptr) {
    children.emplace_back("downsample", *downsample);
    source += "    x = self.downsample.forward(x)\n";
  }
  source += "    return torch.relu_(out.add_(x))\n";
  return factory.composite("ResidualBlock", children, source);
}

const Parts& resNetParts() {
  static const Parts parts{{"stem", "layer1", "layer2", "layer3", "layer4"}, "fc"};
  return parts;
}

Module assembleNetwork(LayerFactory& factory, const std::vector<Module>& stages, int64_t features, int64_t numClasses,
                       double dropout) {
  const Parts& parts = resNetParts();
  LayerFactory::Children children;
  std::string source = "def embed(self, x: Tensor) -> Tensor:\n";
  for (size_t i = 0; i < stages.size(); ++i) {
    children.emplace_back(parts.stages.at(i), stages[i]);
    source += "    x = self." + parts.stages[i] + ".forward(x)\n";
  }
  children.emplace_back(parts.head, factory.linear(features, numClasses));
  const std::string embedding =
      dropout > 0 ? "torch.dropout(self.embed(x), " + std::to_string(dropout) + ", self.training)" : "self.embed(x)";
  source +=
      "    x = torch.adaptive_avg_pool3d(x, [1, 1, 1])\n"
      "    return torch.flatten(x, 1)\n"
      "def forward(self, x: Tensor) -> Tensor:\n"
      "    return self." +
      parts.head + ".forward(" + embedding + ")\n";
  return factory.composite("VideoResNet", children, source);
}

ResNetSpec pictureResNet(int64_t depth) {
  ResNetSpec spec;
  spec.stem = {1, false, true};
  spec.hasBottlenecks = depth >= 50;
  const std::array<int64_t, 4> blocks = blocksOf(depth);
  for (size_t i = 0; i < blocks.size(); ++i) {
    spec.stages[i] = {BlockConv::kNoTemporal, blocks[i], i == 0 ? kUnit : Size3{1, 2, 2}};
  }
  return spec;
}

ResNetBody buildResNetBody(LayerFactory& factory, const ResNetSpec& spec) {
  ResNetBuilder builder(factory, spec);
  ResNetBody body;
  body.stages.push_back(builder.stem());
  for (size_t stage = 0; stage < spec.stages.size(); ++stage) body.stages.push_back(builder.layer(stage));
  body.features = builder.features();
  return body;
}

Module buildVideoResNet(LayerFactory& factory, const ResNetSpec& spec, int64_t numClasses) {
  const ResNetBody body = buildResNetBody(factory, spec);
  return assembleNetwork(factory, body.stages, body.features, numClasses, 0);
}

}  // namespace kinetorch::architectures
