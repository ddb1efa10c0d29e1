#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace kinetorch::network {

// Whether the operators of a frozen graph alone tell that each row of what it gives comes from that row of the clips,
// in any number of them and in any order of memory: convolutions, poolings, additions, a linear layer and their like,
// as most networks are made. False where it is not known.
bool keepsRowsApart(const torch::jit::Graph& graph);

}  // namespace kinetorch::network
