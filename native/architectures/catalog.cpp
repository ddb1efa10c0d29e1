#include "native/architectures/catalog.h"

#include <algorithm>
#include <functional>

#include "native/architectures/build.h"
#include "native/architectures/compact_resnet.h"
#include "native/architectures/frame_cnn.h"
#include "native/architectures/layer_factory.h"
#include "native/architectures/mobile_cnn.h"
#include "native/architectures/reconstruction.h"
#include "native/architectures/video_resnet.h"
#include "native/runtime/error.h"

namespace kinetorch::architectures {

namespace {

using Builder = std::function<torch::jit::Module(LayerFactory&, int64_t, const FrameCnnSpec&)>;

struct Row {
  ArchitectureInfo info;
  Builder build;
  int64_t decoderWidth = 256;  // 0: it has no stages that a decoder could stand on
};

Builder resNet(const ResNetSpec& spec) {
  return [spec](LayerFactory& factory, int64_t numClasses, const FrameCnnSpec&) {
    return buildVideoResNet(factory, spec, numClasses);
  };
}

constexpr auto kSimple = BlockConv::kSimple;
constexpr auto kFlat = BlockConv::kNoTemporal;
constexpr auto kSplit = BlockConv::k2Plus1D;

// Every stage but the first halves the picture, and time where its convolutions reach over it.
std::array<StageSpec, 4> stagesOf(std::array<BlockConv, 4> convs, std::array<int64_t, 4> blocks) {
  std::array<StageSpec, 4> stages{};
  for (size_t i = 0; i < stages.size(); ++i) {
    const int64_t timeStride = convs[i] == BlockConv::kNoTemporal ? 1 : 2;
    stages[i] = {convs[i], blocks[i], i == 0 ? Size3{1, 1, 1} : Size3{timeStride, 2, 2}};
  }
  return stages;
}

Row torchvision(const char* name, const char* family, StemSpec stem, std::array<BlockConv, 4> convs,
                std::array<int64_t, 4> blocks) {
  return {{name, family, 16, 112, 112, resNetParts(), 16}, resNet({stem, stagesOf(convs, blocks)})};
}

// VMZ's networks were trained with Caffe2's batch-norm epsilon of 1e-3; their public weights expect it.
Row csn(const char* name, BlockConv conv, std::array<int64_t, 4> blocks) {
  return {{name, "csn", 32, 224, 224, resNetParts()},
          resNet({{3, false, true}, stagesOf({conv, conv, conv, conv}, blocks), true, 1e-3})};
}

Row inflated(const char* name, const char* family, const ResNetSpec& spec) {
  return {{name, family, 8, 224, 224, resNetParts()}, resNet(spec)};
}

// Keras's weights are of networks as they were first published, which stride first.
constexpr bool kStridesFirst = true;

Row c2d(const char* name, int64_t depth, bool stridesFirst = false) {
  ResNetSpec spec = pictureResNet(depth);
  spec.stridesFirst = stridesFirst;
  spec.stages[1].poolsTime = true;
  return inflated(name, "c2d", spec);
}

Row i3d(const char* name, int64_t depth, bool stridesFirst = false) {
  ResNetSpec spec = pictureResNet(depth);
  spec.stridesFirst = stridesFirst;
  spec.stem.frames = 5;
  spec.stages[0].pointwiseFrames = {3};
  spec.stages[1].pointwiseFrames = {3, 1};
  spec.stages[2].pointwiseFrames = {3, 1};
  spec.stages[3].pointwiseFrames = {1, 3};
  spec.stages[1].poolsTime = true;
  return inflated(name, "i3d", spec);
}

Row slow(const char* name, int64_t depth) {
  ResNetSpec spec = pictureResNet(depth);
  spec.stages[2].pointwiseFrames = {3};
  spec.stages[3].pointwiseFrames = {3};
  return inflated(name, "slow", spec);
}

// Its authors shift in every second block where there are many.
Row tsm(const char* name, int64_t depth) {
  ResNetSpec spec = pictureResNet(depth);
  spec.shiftEvery = spec.stages[2].blocks < 23 ? 1 : 2;
  return inflated(name, "tsm", spec);
}

// pytorchvideo's, whose every stage halves the picture as its stem has no pooling.
Row r2Plus1dBottleneck(const char* name, int64_t depth) {
  ResNetSpec spec = pictureResNet(depth);
  spec.stem.hasPool = false;
  for (size_t i = 0; i < spec.stages.size(); ++i) {
    spec.stages[i].conv = BlockConv::kTimeSpace;
    spec.stages[i].stride = {i < 2 ? 1 : 2, 2, 2};
  }
  return {{name, "r2plus1d", 16, 224, 224, resNetParts()}, resNet(spec)};
}

Row compact(const char* name, const char* family, const CompactSpec& spec) {
  const auto build = [spec](LayerFactory& factory, int64_t numClasses, const FrameCnnSpec&) {
    return buildCompactResNet(factory, spec, numClasses);
  };
  return {{name, family, 12, 64, 80, resNetParts()}, build, spec.depthwise ? 64 : 128};
}

Row frameCnn(const char* name, const Parts& parts, FrameBackbone (*backbone)(LayerFactory&)) {
  const auto build = [backbone](LayerFactory& factory, int64_t numClasses, const FrameCnnSpec& spec) {
    return assembleFrameCnn(factory, backbone(factory), spec, numClasses);
  };
  return {{name, "cnn", 8, 224, 224, parts}, build, 0};
}

template <int64_t depth>
FrameBackbone frameResNet(LayerFactory& factory) {
  const ResNetBody body = buildResNetBody(factory, pictureResNet(depth));
  const std::vector<std::string>& stages = resNetParts().stages;
  FrameBackbone backbone{
      {}, body.features, {Tap{stages[2], body.features / 4}, Tap{stages[3], body.features / 2}}, resNetParts()};
  for (size_t i = 0; i < body.stages.size(); ++i) backbone.layers.emplace_back(stages[i], body.stages[i]);
  return backbone;
}

const std::vector<Row>& table() {
  static const std::vector<Row> rows{
      torchvision("r3d_18", "r3d", {}, {kSimple, kSimple, kSimple, kSimple}, {2, 2, 2, 2}),
      torchvision("mc3_18", "mc3", {}, {kSimple, kFlat, kFlat, kFlat}, {2, 2, 2, 2}),
      torchvision("r2plus1d_18", "r2plus1d", {3, true}, {kSplit, kSplit, kSplit, kSplit}, {2, 2, 2, 2}),
      torchvision("r2plus1d_34", "r2plus1d", {3, true}, {kSplit, kSplit, kSplit, kSplit}, {3, 4, 6, 3}),
      r2Plus1dBottleneck("r2plus1d_50", 50),
      c2d("c2d_50", 50),
      c2d("c2d_101", 101),
      c2d("c2d_50_v1", 50, kStridesFirst),
      c2d("c2d_101_v1", 101, kStridesFirst),
      i3d("i3d_50", 50),
      i3d("i3d_101", 101),
      i3d("i3d_50_v1", 50, kStridesFirst),
      i3d("i3d_101_v1", 101, kStridesFirst),
      slow("slow_50", 50),
      slow("slow_101", 101),
      tsm("tsm_50", 50),
      tsm("tsm_101", 101),
      csn("ir_csn_26", BlockConv::kDepthwise, {2, 2, 2, 2}),
      csn("ir_csn_50", BlockConv::kDepthwise, {3, 4, 6, 3}),
      csn("ir_csn_101", BlockConv::kDepthwise, {3, 4, 23, 3}),
      csn("ir_csn_152", BlockConv::kDepthwise, {3, 8, 36, 3}),
      csn("ip_csn_26", BlockConv::kPointDepthwise, {2, 2, 2, 2}),
      csn("ip_csn_50", BlockConv::kPointDepthwise, {3, 4, 6, 3}),
      csn("ip_csn_101", BlockConv::kPointDepthwise, {3, 4, 23, 3}),
      csn("ip_csn_152", BlockConv::kPointDepthwise, {3, 8, 36, 3}),
      // depthwise, dropout, localContrast, timeStrides
      compact("r2plus1d_16", "r2plus1d", {false, 0.5, true, {1, 1, 2, 2}}),
      compact("r2plus1d_dw", "dw", {true, 0, false, {1, 2, 2, 2}}),
      frameCnn("mobilenet_v2", mobileNetV2Parts(), mobileNetV2),
      frameCnn("efficientnet_lite0", efficientNetLite0Parts(), efficientNetLite0),
      frameCnn("resnet18", resNetParts(), frameResNet<18>),
      frameCnn("resnet50", resNetParts(), frameResNet<50>),
      frameCnn("resnet101", resNetParts(), frameResNet<101>),
  };
  return rows;
}

const Row& rowOf(const std::string& name) {
  std::string known;
  for (const Row& row : table()) {
    if (row.info.name == name) return row;
    known += (known.empty() ? "" : ", ") + row.info.name;
  }
  throw Error("ERR_INVALID_ARGUMENT",
              "expected `architecture` to be one of " + known + " but received \"" + name + "\"");
}

}  // namespace

std::vector<ArchitectureInfo> architectures() {
  std::vector<ArchitectureInfo> infos;
  for (const Row& row : table()) infos.push_back(row.info);
  return infos;
}

torch::jit::Module buildArchitecture(const std::string& name, int64_t numClasses, uint64_t seed,
                                     const FrameCnnSpec& frameCnn) {
  LayerFactory factory(seed);
  return rowOf(name).build(factory, numClasses, frameCnn);
}

torch::jit::Module buildReconstruction(const std::string& name, bool masked, uint64_t seed) {
  const Row& row = rowOf(name);
  if (row.decoderWidth == 0)
    throw Error("ERR_UNSUPPORTED", "expected a network for clips but " + name + " is one for pictures");
  LayerFactory factory(seed);
  std::vector<NamedStage> stages;
  const torch::jit::Module network = row.build(factory, 1, {});
  for (const std::string& stage : row.info.parts.stages) stages.emplace_back(stage, network.attr(stage).toModule());
  return assembleReconstruction(factory, stages, row.decoderWidth, masked);
}

std::optional<std::string> headOf(const torch::jit::Module& network) {
  if (!LayerFactory::made(network)) return std::nullopt;
  for (const Row& row : table()) {
    if (moduleAt(network, row.info.parts.head)) return row.info.parts.head;
  }
  return std::nullopt;
}

std::optional<torch::jit::Module> moduleAt(const torch::jit::Module& network, const std::string& path) {
  torch::jit::Module module = network;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('.', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    if (!module.hasattr(name) || !module.attr(name).isModule()) return std::nullopt;
    module = module.attr(name).toModule();
    begin = end + 1;
  }
  return module;
}

}  // namespace kinetorch::architectures
