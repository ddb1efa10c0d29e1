#include "native/network/passes/convolution_node.h"

#include <torch/csrc/jit/ir/constants.h>

#include <array>

namespace kinetorch::network {
namespace {

std::optional<std::array<int64_t, 3>> constantSize(const torch::jit::Value* value) {
  const auto constant = torch::jit::toIValue(value);
  if (!constant || !constant->isIntList()) return std::nullopt;
  const auto list = constant->toIntVector();
  if (list.size() == 1) return std::array<int64_t, 3>{list[0], list[0], list[0]};
  if (list.size() != 3) return std::nullopt;
  return std::array<int64_t, 3>{list[0], list[1], list[2]};
}

bool isConstant(const torch::jit::Value* value, int64_t expected) {
  const auto constant = torch::jit::toIValue(value);
  return constant && ((constant->isInt() && constant->toInt() == expected) ||
                      (constant->isDouble() && constant->toDouble() == static_cast<double>(expected)));
}

}  // namespace

std::optional<Convolution3d> convolutionOf(const torch::jit::Node* node) {
  const bool isTraced = node->kind() == c10::aten::_convolution;
  if (!isTraced && node->kind() != c10::aten::conv3d) return std::nullopt;
  if (node->inputs().size() < 7) return std::nullopt;
  const auto weight = torch::jit::toIValue(node->input(1));
  const auto bias = torch::jit::toIValue(node->input(2));
  if (!weight || !weight->isTensor() || !bias) return std::nullopt;
  Convolution3d found;
  found.weight = weight->toTensor();
  if (bias->isTensor()) found.bias = bias->toTensor();
  if (found.weight.dim() != 5 || found.weight.layout() != at::kStrided) return std::nullopt;
  const auto stride = constantSize(node->input(3));
  const auto padding = constantSize(node->input(4));
  const auto dilation = constantSize(node->input(5));
  const auto groups = torch::jit::toIValue(node->input(isTraced ? 8 : 6));
  if (!stride || !padding || !dilation || !groups) return std::nullopt;
  if (isTraced) {
    const auto transposed = torch::jit::toIValue(node->input(6));
    if (!transposed || transposed->toBool()) return std::nullopt;
  }
  found.stride = *stride;
  found.padding = *padding;
  found.dilation = *dilation;
  found.groups = groups->toInt();
  return found;
}

std::vector<torch::jit::Node*> convolutionsIn(torch::jit::Block* block,
                                              const std::function<bool(const Convolution3d&)>& isSuitable) {
  std::vector<torch::jit::Node*> inner;
  std::vector<torch::jit::Node*> own;
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* within : node->blocks()) {
      const std::vector<torch::jit::Node*> found = convolutionsIn(within, isSuitable);
      inner.insert(inner.end(), found.begin(), found.end());
    }
    const auto convolution = convolutionOf(node);
    if (convolution && isSuitable(*convolution)) own.push_back(node);
  }
  inner.insert(inner.end(), own.begin(), own.end());
  return inner;
}

bool isAddition(const torch::jit::Node* node) {
  return (node->matches("aten::add(Tensor self, Tensor other, *, Scalar alpha) -> Tensor") ||
          node->matches("aten::add_(Tensor(a!) self, Tensor other, *, Scalar alpha) -> Tensor(a!)")) &&
         isConstant(node->input(2), 1);
}

bool isRelu(const torch::jit::Node* node) {
  return node->matches("aten::relu(Tensor self) -> Tensor") ||
         node->matches("aten::relu_(Tensor(a!) self) -> Tensor(a!)");
}

}  // namespace kinetorch::network
