#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>

namespace kinetorch::network {

// What a network's numbers look like where they are no logits.
struct ProbabilitySigns {
  bool isCertain = false;  // else it may be chance
  std::string reason;      // for example "its outputs sum to one"
};

// Whether a network gives probabilities, by the last operator of its graph and by what it gave for some clips,
// N×classes.
std::optional<ProbabilitySigns> probabilitySigns(const torch::jit::Graph& graph, const at::Tensor& outputs);

}  // namespace kinetorch::network
