#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace kinetorch::network {

// Makes a frozen graph fit for clips in channels_last_3d: weights of 3-D convolutions are put into it, and `view`,
// which fails where memory lies in another order than it was written for, becomes `reshape`, which gives the same
// numbers in any order.
void freeLayout(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace kinetorch::network
