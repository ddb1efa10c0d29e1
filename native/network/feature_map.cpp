#include "native/network/feature_map.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <vector>

namespace kinetorch::network {
namespace {

bool isGlobal(const torch::jit::Node* pooling) {
  const auto size = torch::jit::toIValue(pooling->input(1));
  if (!size || !size->isIntList()) return false;
  const std::vector<int64_t> sides = size->toIntVector();
  return std::all_of(sides.begin(), sides.end(), [](int64_t side) { return side == 1; });
}

bool holdsTensors(const c10::Type& type) {
  const auto contained = type.containedTypes();
  return type.kind() == c10::TypeKind::TensorType ||
         std::any_of(contained.begin(), contained.end(), [](const auto& each) { return holdsTensors(*each); });
}

// What a node computes its output from, weights left out; null where that is not one value.
torch::jit::Value* sourceOf(torch::jit::Node* node) {
  if (!node->blocks().empty()) return nullptr;  // which see values that are not inputs
  torch::jit::Value* source = nullptr;
  for (torch::jit::Value* const input : node->inputs()) {
    if (input->node()->kind() == c10::prim::Constant || !holdsTensors(*input->type())) continue;
    if (source != nullptr) return nullptr;
    source = input;
  }
  return source;
}

// Null where there is none: from the output back, everything has to come from the pooling alone. A map that is also
// used otherwise, as in squeeze and excitation, is not the last.
torch::jit::Value* featureMap(torch::jit::Graph& graph) {
  if (graph.outputs().size() != 1) return nullptr;
  for (torch::jit::Value* value = graph.outputs()[0]; value != nullptr; value = sourceOf(value->node())) {
    torch::jit::Node* const node = value->node();
    if (node->kind() != c10::aten::adaptive_avg_pool3d) continue;
    return isGlobal(node) && node->input(0)->uses().size() == 1 ? node->input(0) : nullptr;
  }
  return nullptr;
}

// Whether it is the global pooling's result, or that in another shape.
bool isPooled(torch::jit::Value* value) {
  for (; value != nullptr; value = sourceOf(value->node())) {
    switch (value->node()->kind()) {
      case c10::aten::adaptive_avg_pool3d:
        return isGlobal(value->node());
      case c10::aten::flatten:
      case c10::aten::reshape:
      case c10::aten::squeeze:
      case c10::aten::view:
        continue;
      default:
        return false;
    }
  }
  return false;
}

}  // namespace

bool hasFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph) { return featureMap(*graph) != nullptr; }

std::shared_ptr<torch::jit::Graph> withFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph) {
  std::shared_ptr<torch::jit::Graph> copy = graph->copy();
  copy->registerOutput(featureMap(*copy));
  return copy;
}

bool givesMeanOfFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph) {
  return hasFeatureMap(graph) && isPooled(graph->outputs()[0]);
}

at::Tensor headOfFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph) {
  if (!hasFeatureMap(graph)) return {};
  torch::jit::Node* const linear = graph->outputs()[0]->node();
  if (linear->kind() != c10::aten::linear || !isPooled(linear->input(0))) return {};
  const auto weights = torch::jit::toIValue(linear->input(1));
  return weights && weights->isTensor() ? weights->toTensor() : at::Tensor();
}

}  // namespace kinetorch::network
