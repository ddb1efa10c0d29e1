#include "native/network/probability_outputs.h"

#include <ATen/ATen.h>

#include <cmath>

namespace kinetorch::network {
namespace {

constexpr double kRoom = 1e-3;  // of float16
// Fewer logits than these may lie within 0 and 1 by chance.
constexpr int64_t kEnoughNumbers = 8;

// The last operator that changes more than kind or shape.
c10::Symbol lastOperator(const torch::jit::Graph& graph) {
  const torch::jit::Node* node = graph.outputs()[0]->node();
  const auto changesNothing = [](const torch::jit::Node* each) {
    const c10::Symbol kind = each->kind();
    return kind == c10::aten::to || kind == c10::aten::view || kind == c10::aten::reshape ||
           kind == c10::aten::flatten || kind == c10::aten::squeeze || kind == c10::aten::contiguous;
  };
  while (changesNothing(node) && !node->inputs().empty()) node = node->input(0)->node();
  return node->kind();
}

bool sumToOne(const at::Tensor& outputs) {
  return outputs.size(1) > 1 && (outputs.sum(1) - 1).abs().max().item<double>() < kRoom;
}

}  // namespace

std::optional<ProbabilitySigns> probabilitySigns(const torch::jit::Graph& graph, const at::Tensor& outputs) {
  const c10::Symbol last = lastOperator(graph);
  if (last == c10::aten::softmax) return ProbabilitySigns{true, "it ends in a softmax"};
  if (last == c10::aten::sigmoid) return ProbabilitySigns{true, "it ends in sigmoids"};
  const at::Tensor wide = outputs.to(at::kFloat);
  const bool isWithin = wide.min().item<double>() >= 0 && wide.max().item<double>() <= 1;
  if (!isWithin) return std::nullopt;
  if (sumToOne(wide)) return ProbabilitySigns{true, "its outputs sum to one"};
  if (wide.numel() < kEnoughNumbers) return std::nullopt;
  return ProbabilitySigns{false, "all its outputs lie within 0 and 1"};
}

}  // namespace kinetorch::network
