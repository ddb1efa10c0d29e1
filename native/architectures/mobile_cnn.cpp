#include "native/architectures/mobile_cnn.h"

#include <string>
#include <utility>
#include <vector>

#include "native/architectures/frame_layers.h"

namespace kinetorch::architectures {
namespace {

using Module = torch::jit::Module;
using Children = LayerFactory::Children;

constexpr int64_t kMobileStemWidth = 32;
constexpr int64_t kFeatures = 1280;
constexpr double kGoogleEpsilon = 1e-3;

// Blocks of one width; the first one strides.
struct Group {
  int64_t blocks;
  int64_t kernel;
  int64_t stride;
  int64_t expansion;
  int64_t out;
};

struct Block {
  int64_t in;
  int64_t hidden;
  int64_t out;
  int64_t kernel;
  int64_t stride;

  bool isResidual() const { return stride == 1 && in == out; }
};

std::vector<Block> blocksOf(const std::vector<Group>& groups) {
  std::vector<Block> blocks;
  int64_t in = kMobileStemWidth;
  for (const Group& group : groups) {
    for (int64_t i = 0; i < group.blocks; ++i) {
      blocks.push_back({in, in * group.expansion, group.out, group.kernel, i == 0 ? group.stride : 1});
      in = group.out;
    }
  }
  return blocks;
}

const std::vector<Group> kMobileNetV2{{1, 3, 1, 1, 16}, {2, 3, 2, 6, 24},  {3, 3, 2, 6, 32}, {4, 3, 2, 6, 64},
                                      {3, 3, 1, 6, 96}, {3, 3, 2, 6, 160}, {1, 3, 1, 6, 320}};

const std::vector<Group> kEfficientNetLite0{{1, 3, 1, 1, 16},  {2, 3, 2, 6, 24},  {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80},
                                            {3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320}};

Module squareConv(LayerFactory& factory, int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t padding,
                  int64_t groups = 1) {
  return factory.conv3d({in, out, {1, kernel, kernel}, {1, stride, stride}, {0, padding, padding}, groups});
}

// The layers one after another, and their input added where the block is residual.
Module invertedResidual(LayerFactory& factory, const Children& layers, bool isResidual) {
  std::string source = "def forward(self, x: Tensor) -> Tensor:\n    out = x\n";
  for (const auto& [name, layer] : layers) source += "    out = self." + name + ".forward(out)\n";
  source += isResidual ? "    return out.add_(x)\n" : "    return out\n";
  return factory.composite("InvertedResidual", layers, source);
}

Module convNormRelu6(LayerFactory& factory, int64_t in, int64_t out, int64_t kernel, int64_t stride,
                     int64_t groups = 1) {
  return factory.sequential({squareConv(factory, in, out, kernel, stride, kernel / 2, groups),
                             factory.batchNorm(out, kBnEpsilon), relu6(factory)});
}

Module mobileNetBlock(LayerFactory& factory, const Block& block) {
  std::vector<Module> layers;
  if (block.hidden != block.in) layers.push_back(convNormRelu6(factory, block.in, block.hidden, 1, 1));
  layers.push_back(convNormRelu6(factory, block.hidden, block.hidden, block.kernel, block.stride, block.hidden));
  layers.push_back(factory.conv3d({block.hidden, block.out}));
  layers.push_back(factory.batchNorm(block.out, kBnEpsilon));
  return invertedResidual(factory, {{"conv", factory.sequential(layers)}}, block.isResidual());
}

// A convolution padded as TensorFlow pads it, batch norm, and ReLU6 where something follows.
void addSameConv(LayerFactory& factory, Children& layers, const std::string& name, const std::string& norm,
                 const ConvSpec& spec, bool hasRelu = true) {
  const int64_t kernel = spec.kernel[2];
  ConvSpec conv = spec;
  if (spec.stride[2] == 1) {
    conv.padding = {0, kernel / 2, kernel / 2};
  } else {
    layers.emplace_back("pad" + name, samePad(factory, kernel, spec.stride[2]));
  }
  layers.emplace_back(name, factory.conv3d(conv));
  layers.emplace_back(norm, factory.batchNorm(spec.out, kGoogleEpsilon));
  if (hasRelu) layers.emplace_back("relu" + norm, relu6(factory));
}

Module liteBlock(LayerFactory& factory, const Block& block) {
  const auto [in, hidden, out, kernel, stride] = block;
  Children layers;
  if (hidden != in) addSameConv(factory, layers, "_expand_conv", "_bn0", {in, hidden});
  addSameConv(factory, layers, "_depthwise_conv", "_bn1",
              {hidden, hidden, {1, kernel, kernel}, {1, stride, stride}, {0, 0, 0}, hidden});
  addSameConv(factory, layers, "_project_conv", "_bn2", {hidden, out}, /*hasRelu=*/false);
  return invertedResidual(factory, layers, block.isResidual());
}

Parts numbered(const std::string& path, size_t count, std::vector<std::string> before, std::vector<std::string> after,
               std::string head) {
  Parts parts{std::move(before), std::move(head)};
  for (size_t i = 0; i < count; ++i) parts.stages.push_back(path + "." + std::to_string(i));
  parts.stages.insert(parts.stages.end(), after.begin(), after.end());
  return parts;
}

}  // namespace

FrameBackbone mobileNetV2(LayerFactory& factory) {
  std::vector<Module> features{convNormRelu6(factory, 3, kMobileStemWidth, 3, 2)};
  const std::vector<Block> blocks = blocksOf(kMobileNetV2);
  for (const Block& block : blocks) features.push_back(mobileNetBlock(factory, block));
  features.push_back(convNormRelu6(factory, blocks.back().out, kFeatures, 1, 1));
  return {{{"features", factory.sequential(features)}},
          kFeatures,
          {Tap{"features.6", 32}, Tap{"features.13", 96}},
          mobileNetV2Parts()};
}

const Parts& mobileNetV2Parts() {
  static const Parts parts = numbered("features", blocksOf(kMobileNetV2).size() + 2, {}, {}, "classifier.1");
  return parts;
}

FrameBackbone efficientNetLite0(LayerFactory& factory) {
  Children layers;
  addSameConv(factory, layers, "_conv_stem", "_bn0", {3, kMobileStemWidth, {1, 3, 3}, {1, 2, 2}});
  std::vector<Module> residuals;
  const std::vector<Block> blocks = blocksOf(kEfficientNetLite0);
  for (const Block& block : blocks) residuals.push_back(liteBlock(factory, block));
  layers.emplace_back("_blocks", factory.sequential(residuals));
  addSameConv(factory, layers, "_conv_head", "_bn1", {blocks.back().out, kFeatures});
  return {layers, kFeatures, {Tap{"_blocks.4", 40}, Tap{"_blocks.10", 112}}, efficientNetLite0Parts()};
}

const Parts& efficientNetLite0Parts() {
  static const Parts parts =
      numbered("_blocks", blocksOf(kEfficientNetLite0).size(), {"_conv_stem", "_bn0"}, {"_conv_head", "_bn1"}, "_fc");
  return parts;
}

}  // namespace kinetorch::architectures
