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

// Null where there is none. A map that is also used otherwise, as in squeeze and excitation, is not the last.
torch::jit::Value* featureMap(torch::jit::Graph& graph) {
  torch::jit::Value* map = nullptr;
  for (torch::jit::Node* const node : graph.nodes()) {
    if (node->kind() != c10::aten::adaptive_avg_pool3d) continue;
    map = isGlobal(node) && node->input(0)->uses().size() == 1 ? node->input(0) : nullptr;
  }
  return map;
}

}  // namespace

bool hasFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph) { return featureMap(*graph) != nullptr; }

std::shared_ptr<torch::jit::Graph> withFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph) {
  std::shared_ptr<torch::jit::Graph> copy = graph->copy();
  copy->registerOutput(featureMap(*copy));
  return copy;
}

}  // namespace kinetorch::network
