#include "native/model/profile.h"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "native/architectures/layer_factory.h"
#include "native/runtime/error.h"

namespace kinetorch::model {

namespace {

using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;
using Shape = std::vector<int64_t>;

struct UnknownOperator {
  std::string name;
};

int64_t volume(const Shape& shape) {
  int64_t size = 1;
  for (const int64_t side : shape) size *= side;
  return size;
}

// Interprets the graph over shapes: every value is a module, a tensor's shape, or a constant.
class ShapeWalk {
 public:
  explicit ShapeWalk(std::vector<LayerProfile>& layers) : layers_(layers) {}

  Shape call(const Module& module, const std::string& method, const std::string& path, const Shape& input) {
    if (const auto known = knownShape(module, input)) return *known;
    if (module.type()->name()->name() == "FrameLstm") return lstm(module, path, input);
    const auto graph = torch::jit::toGraphFunction(module.get_method(method).function()).graph();
    Frame frame;
    frame.modules.emplace(graph->inputs().at(0), std::make_pair(module, path));
    frame.shapes.emplace(graph->inputs().at(1), input);
    for (const Node* node : graph->nodes()) step(frame, node, path);
    return frame.shape(graph->outputs().at(0));
  }

  // Of a network that gives clips back: its graph passes lists of stages, which are no shapes, so its parts are
  // followed one by one, as native/architectures/video_decoder.cpp runs them.
  void reconstruct(const Module& encoder, const Module& decoder, Shape clip) {
    std::vector<Shape> stages;
    for (const auto& stage : encoder.named_children()) {
      clip = call(stage.value, "forward", "encoder." + stage.name, clip);
      stages.push_back(clip);
    }
    const auto part = [&](const std::string& name, const Shape& input) {
      return call(decoder.attr(name).toModule(), "forward", "decoder." + name, input);
    };
    size_t stage = stages.size() - 1;
    Shape x = part("proj" + std::to_string(stage), stages.at(stage));
    while (stage-- > 0) {
      const std::string index = std::to_string(stage);
      const Shape& size = stages[stage];
      x = {x.at(0), size.at(1), size.at(2), size.at(3)};
      x = part("block" + index, x);
      if (decoder.hasattr("proj" + index)) part("proj" + index, size);
    }
    call(decoder.attr("head").toModule().attr("conv").toModule(), "forward", "decoder.head.conv", x);
  }

 private:
  struct Frame {
    std::unordered_map<const Value*, std::pair<Module, std::string>> modules;
    std::unordered_map<const Value*, at::Tensor> tensors;
    std::unordered_map<const Value*, Shape> shapes;

    const Shape& shape(const Value* value) const {
      const auto found = shapes.find(value);
      if (found == shapes.end()) throw UnknownOperator{value->node()->kind().toQualString()};
      return found->second;
    }
  };

  void step(Frame& frame, const Node* node, const std::string& path) {
    const std::string kind = node->kind().toQualString();
    const Value* out = node->outputs().empty() ? nullptr : node->outputs()[0];
    // Constants, lists of them and the bookkeeping of batch norm and of pooling windows say nothing about shapes.
    if (kind == "prim::Constant" || kind == "prim::ListConstruct" || kind == "prim::If" || kind == "aten::size" ||
        kind == "prim::min") {
      return;
    }
    if (kind == "prim::GetAttr") {
      getAttribute(frame, node, out);
    } else if (kind == "prim::CallMethod") {
      const auto& [module, childPath] = frame.modules.at(node->inputs()[0]);
      frame.shapes[out] = call(module, node->s(torch::jit::attr::name), childPath, frame.shape(node->inputs()[1]));
    } else if (kind == "aten::conv3d") {
      frame.shapes[out] = conv3d(frame, node, path);
    } else if (kind == "aten::linear") {
      const at::Tensor& weight = frame.tensors.at(node->inputs()[1]);
      frame.shapes[out] = {weight.size(0)};
      record(path, "linear", frame.shapes[out], weight.numel() + weight.size(0), weight.numel());
    } else if (kind == "aten::batch_norm") {
      frame.shapes[out] = frame.shape(node->inputs()[0]);
      record(path, "batch_norm", frame.shapes[out], 2 * frame.tensors.at(node->inputs()[1]).numel(), 0);
    } else if (kind == "aten::max_pool3d") {
      const Shape& in = frame.shape(node->inputs()[0]);
      const auto ceilMode = torch::jit::toIValue(node->inputs()[5]);
      if (!ceilMode || ceilMode->toBool()) throw UnknownOperator{kind};
      frame.shapes[out] = window(in, in[0], ints(node, 1), ints(node, 2), ints(node, 3), ints(node, 4));
    } else if (kind == "aten::avg_pool3d") {
      // Windows as large as their stride, rounded up: what LayerFactory::averagePool makes.
      const Shape stride = ints(node, 2);
      if (ints(node, 3) != Shape{0, 0, 0}) throw UnknownOperator{kind};
      Shape size = frame.shape(node->inputs()[0]);
      for (size_t i = 0; i < 3; ++i) size[i + 1] = (size[i + 1] + stride[i] - 1) / stride[i];
      frame.shapes[out] = size;
    } else if (kind == "aten::adaptive_avg_pool3d") {
      const Shape size = ints(node, 1);
      frame.shapes[out] = {frame.shape(node->inputs()[0])[0], size[0], size[1], size[2]};
    } else if (kind == "aten::cat") {
      frame.shapes[out] = {0};
      for (const Value* part : node->inputs()[0]->node()->inputs()) {
        if (frame.shape(part).size() != 1) throw UnknownOperator{kind};
        frame.shapes[out][0] += frame.shape(part)[0];
      }
    } else if (kind == "aten::flatten") {
      frame.shapes[out] = {volume(frame.shape(node->inputs()[0]))};
    } else if (kind == "aten::relu_" || kind == "aten::relu" || kind == "aten::add_" || kind == "aten::add" ||
               kind == "aten::hardtanh_" || kind == "aten::dropout" || kind == "aten::to" || kind == "aten::type_as") {
      frame.shapes[out] = frame.shape(node->inputs()[0]);
    } else {
      throw UnknownOperator{kind};
    }
  }

  // Of LayerFactory's modules of several operators, whose shapes are simpler than their graphs.
  static std::optional<Shape> knownShape(const Module& module, Shape size) {
    const std::string name = module.type()->name()->name();
    if (name == "LocalContrast" || name == "TemporalShift" || name == "SignedRoot") return size;
    if (name == "FrameDifference")
      return Shape{size.at(0), size.at(1) - module.attr("lag").toInt(), size.at(2), size.at(3)};
    if (name == "SpaceMean") return Shape{size.at(0), size.at(1), 1, 1};
    if (name == "MeanAndChange" || name == "MeanAndMaximum") return Shape{2 * size.at(0)};
    if (name == "SamePad") {
      const int64_t kernel = module.attr("kernel").toInt();
      const int64_t stride = module.attr("stride").toInt();
      for (size_t i = 2; i < 4; ++i) size.at(i) = std::max(size.at(i), (size.at(i) - 1) / stride * stride + kernel);
      return size;
    }
    if (name == "FramePool") {
      size.at(1) = std::max<int64_t>(1, size.at(1) / 2);
      return size;
    }
    if (name != "AvgPool3d" || !module.hasattr("stride")) return std::nullopt;
    const auto stride = module.attr("stride").toIntVector();
    for (size_t i = 0; i < 3; ++i) size.at(i + 1) = (size.at(i + 1) + stride.at(i) - 1) / stride.at(i);
    return size;
  }

  static void getAttribute(Frame& frame, const Node* node, const Value* out) {
    const auto& [module, path] = frame.modules.at(node->inputs()[0]);
    const std::string& name = node->s(torch::jit::attr::name);
    const c10::IValue value = module.attr(name);
    if (value.isModule()) {
      frame.modules.emplace(out, std::make_pair(value.toModule(), path.empty() ? name : path + "." + name));
    } else if (value.isTensor()) {
      frame.tensors.emplace(out, value.toTensor());
    }
  }

  // Four gates, each from the input and the state, for every frame.
  Shape lstm(const Module& module, const std::string& path, const Shape& input) {
    const Shape out{module.attr("hidden").toInt()};
    int64_t parameters = 0;
    for (const at::Tensor& parameter : module.parameters()) parameters += parameter.numel();
    record(path, "lstm", out, parameters, input.at(1) * 4 * out[0] * (input.at(0) + out[0]));
    return out;
  }

  Shape conv3d(Frame& frame, const Node* node, const std::string& path) {
    const at::Tensor& weight = frame.tensors.at(node->inputs()[1]);
    const Shape kernel = weight.sizes().slice(2).vec();
    const Shape out =
        window(frame.shape(node->inputs()[0]), weight.size(0), kernel, ints(node, 3), ints(node, 4), ints(node, 5));
    const bool hasBias = frame.tensors.count(node->inputs()[2]) > 0;
    record(path, "conv3d", out, weight.numel() + (hasBias ? weight.size(0) : 0),
           volume(out) * weight.size(1) * volume(kernel));
    return out;
  }

  static Shape window(const Shape& in, int64_t channels, const Shape& kernel, const Shape& stride, const Shape& padding,
                      const Shape& dilation) {
    Shape out{channels};
    for (size_t i = 0; i < 3; ++i) {
      out.push_back((in[i + 1] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i] + 1);
    }
    return out;
  }

  static Shape ints(const Node* node, size_t index) {
    const auto value = torch::jit::toIValue(node->inputs()[index]);
    if (value && value->isIntList()) return value->toIntVector();
    Shape list;
    for (const Value* element : node->inputs()[index]->node()->inputs()) {
      const auto item = torch::jit::toIValue(element);
      if (!item || !item->isInt()) throw UnknownOperator{node->kind().toQualString()};
      list.push_back(item->toInt());
    }
    if (list.size() != 3) throw UnknownOperator{node->kind().toQualString()};
    return list;
  }

  void record(const std::string& path, const char* kind, const Shape& out, int64_t parameters, int64_t macs) {
    layers_.push_back({path, kind, out, parameters, macs});
  }

  std::vector<LayerProfile>& layers_;
};

}  // namespace

ModelProfile profileModel(const ModelFile& file, std::array<int64_t, 3> shape) {
  const Module module = file.module();
  ModelProfile profile;
  for (const at::Tensor& parameter : module.parameters()) profile.parameters += parameter.numel();
  try {
    const Shape clip{3, shape[0], shape[1], shape[2]};
    ShapeWalk walk(profile.layers);
    if (architectures::LayerFactory::made(module) && module.hasattr("decoder")) {
      walk.reconstruct(module.attr("encoder").toModule(), module.attr("decoder").toModule(), clip);
    } else {
      walk.call(module, "forward", "", clip);
    }
  } catch (const UnknownOperator& unknown) {
    profile.layers.clear();
    profile.unknownOperator = unknown.name;
  } catch (...) {
    // A graph of another form, for example a forward with two arguments: counted parameters are all there is to say.
    profile.layers.clear();
    profile.unknownOperator = "forward";
  }
  return profile;
}

}  // namespace kinetorch::model
