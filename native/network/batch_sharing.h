#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <memory>
#include <vector>

namespace kinetorch::network {

// Note [Sharing a batch]
// Threads can share every layer of a batch, or each run the whole network on clips of its own. A single clip must be
// shared by layers; but in small networks threads wait for each other at the end of every layer, and with as many clips
// as threads the second way needs no waiting. In large ones it would only spread the caches thin.

// Whether several threads may run the graph at once: it keeps nothing from one call to the next, and threads can be
// kept from starting teams of their own.
bool canShareClips(const std::shared_ptr<torch::jit::Graph>& graph);

// `run` on equal parts of the clips, one on each thread; on what is left over, once more on all threads together. Each
// tensor that it gives has a row for each of its clips, and comes back with the rows of all, in their order.
std::vector<at::Tensor> runByClips(const at::Tensor& clips,
                                   const std::function<std::vector<at::Tensor>(const at::Tensor&)>& run);

// The tensors of parts of a batch, each with the rows of all parts, in their order.
std::vector<at::Tensor> joinRows(const std::vector<std::vector<at::Tensor>>& parts);

}  // namespace kinetorch::network
