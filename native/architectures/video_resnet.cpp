#include "native/architectures/video_resnet.h"

#include <string>
#include <vector>

// Sources: torchvision/models/video/resnet.py (R3D, MC3, R(2+1)D); Tran et al. 2018, "A Closer Look at Spatiotemporal
// Convolutions for Action Recognition"; VMZ pt/vmz/models and Tran et al. 2019, "Video Classification with
// Channel-Separated Convolutional Networks" (CSN).

namespace kinetorch::architectures {

namespace {

using Module = torch::jit::Module;

constexpr int64_t kBottleneckExpansion = 4;

class ResNetBuilder {
 public:
  ResNetBuilder(LayerFactory& factory, const ResNetSpec& spec) : factory_(factory), spec_(spec) {}

  Module stem() {
    if (spec_.stem == Stem::k2Plus1D) {
      return factory_.sequential({factory_.conv3d({3, 45, {1, 7, 7}, {1, 2, 2}, {0, 3, 3}}), batchNorm(45),
                                  factory_.relu(), factory_.conv3d({45, 64, {3, 1, 1}, {1, 1, 1}, {1, 0, 0}}),
                                  batchNorm(64), factory_.relu()});
    }
    std::vector<Module> layers{factory_.conv3d({3, 64, {3, 7, 7}, {1, 2, 2}, {1, 3, 3}}), batchNorm(64),
                               factory_.relu()};
    if (spec_.stem == Stem::kBasicPool) layers.push_back(factory_.maxPool({1, 3, 3}, {1, 2, 2}, {0, 1, 1}));
    return factory_.sequential(layers);
  }

  Module layer(size_t index) {
    const int64_t planes = int64_t{64} << index;
    std::vector<Module> blocks;
    for (int64_t i = 0; i < spec_.blocks[index]; ++i) {
      const int64_t stride = index > 0 && i == 0 ? 2 : 1;
      blocks.push_back(block(spec_.convs[index], planes, stride));
    }
    return factory_.sequential(blocks);
  }

  int64_t features() const { return inPlanes_; }

 private:
  Module batchNorm(int64_t channels) { return factory_.batchNorm(channels, spec_.bnEpsilon); }

  static Size3 strides(BlockConv kind, int64_t stride) {
    return {kind == BlockConv::kNoTemporal ? 1 : stride, stride, stride};
  }

  // `midplanes` is used by R(2+1)D alone.
  Module blockConv(BlockConv kind, int64_t in, int64_t out, int64_t midplanes, int64_t stride) {
    const Size3 step = strides(kind, stride);
    switch (kind) {
      case BlockConv::kSimple:
        return factory_.conv3d({in, out, {3, 3, 3}, step, {1, 1, 1}});
      case BlockConv::kNoTemporal:
        return factory_.conv3d({in, out, {1, 3, 3}, step, {0, 1, 1}});
      case BlockConv::k2Plus1D:
        return factory_.sequential({factory_.conv3d({in, midplanes, {1, 3, 3}, {1, stride, stride}, {0, 1, 1}}),
                                    batchNorm(midplanes), factory_.relu(),
                                    factory_.conv3d({midplanes, out, {3, 1, 1}, {stride, 1, 1}, {1, 0, 0}})});
      case BlockConv::kDepthwise:
        return factory_.conv3d({in, out, {3, 3, 3}, step, {1, 1, 1}, in});
      case BlockConv::kPointDepthwise:
        return factory_.sequential(
            {factory_.conv3d({in, out}), batchNorm(out), factory_.conv3d({out, out, {3, 3, 3}, step, {1, 1, 1}, out})});
    }
    throw std::logic_error("unknown BlockConv");
  }

  Module block(BlockConv kind, int64_t planes, int64_t stride) {
    const int64_t out = spec_.bottleneck ? planes * kBottleneckExpansion : planes;
    // Once per block, from its own in and out planes, and used by both convolutions (torchvision; VMZ differs).
    const int64_t midplanes = (inPlanes_ * planes * 27) / (inPlanes_ * 9 + 3 * planes);
    std::vector<Module> convs;
    if (spec_.bottleneck) {
      convs = {
          factory_.sequential({factory_.conv3d({inPlanes_, planes}), batchNorm(planes), factory_.relu()}),
          factory_.sequential({blockConv(kind, planes, planes, midplanes, stride), batchNorm(planes), factory_.relu()}),
          factory_.sequential({factory_.conv3d({planes, out}), batchNorm(out)})};
    } else {
      convs = {factory_.sequential(
                   {blockConv(kind, inPlanes_, planes, midplanes, stride), batchNorm(planes), factory_.relu()}),
               factory_.sequential({blockConv(kind, planes, planes, midplanes, 1), batchNorm(planes)})};
    }
    if (stride == 1 && inPlanes_ == out) return residualBlock(factory_, convs, nullptr);
    const Module downsample =
        factory_.sequential({factory_.conv3d({inPlanes_, out, {1, 1, 1}, strides(kind, stride)}), batchNorm(out)});
    inPlanes_ = out;
    return residualBlock(factory_, convs, &downsample);
  }

  LayerFactory& factory_;
  const ResNetSpec& spec_;
  int64_t inPlanes_ = 64;
};

}  // namespace

Module residualBlock(LayerFactory& factory, const std::vector<Module>& convs, const Module* downsample) {
  LayerFactory::Children children;
  std::string source = "def forward(self, x: Tensor) -> Tensor:\n    out = x\n";
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

Module buildVideoResNet(LayerFactory& factory, const ResNetSpec& spec, int64_t numClasses) {
  ResNetBuilder builder(factory, spec);
  std::vector<Module> stages{builder.stem()};
  for (size_t stage = 0; stage < spec.blocks.size(); ++stage) stages.push_back(builder.layer(stage));
  return assembleNetwork(factory, stages, builder.features(), numClasses, 0);
}

}  // namespace kinetorch::architectures
