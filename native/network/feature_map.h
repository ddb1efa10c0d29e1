#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace kinetorch::network {

// Whether a frozen graph ends in a global average pooling of a map that nothing else sees: what comes after it, such as
// a linear layer, sees its result alone.
bool hasFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph);

// A copy of the graph that gives that map, N×C×T'×H'×W', as its last output.
std::shared_ptr<torch::jit::Graph> withFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph);

// Whether the graph's output is nothing but the mean of that map over time and space.
bool givesMeanOfFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph);

// Of a graph whose output is a linear layer of that mean: its weights, classes×C. Else undefined.
at::Tensor headOfFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace kinetorch::network
