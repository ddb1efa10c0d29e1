#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace kinetorch::network {

// Whether a frozen graph ends in a global average pooling of a map that nothing else sees: what comes after it, such as
// a linear layer, sees its result alone.
bool hasFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph);

// A copy of the graph that gives that map, N×C×T'×H'×W', as its last output.
std::shared_ptr<torch::jit::Graph> withFeatureMap(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace kinetorch::network
