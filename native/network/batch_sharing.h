#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <memory>
#include <vector>

#include "native/network/sharing.h"

namespace kinetorch::network {

// Whether several threads may run the graph at once: it keeps nothing from one call to the next, and threads can be
// kept from starting teams of their own.
bool canShareClips(const std::shared_ptr<torch::jit::Graph>& graph);

// `run` on as many clips for each thread, at once or one after another; on what is left over, once more on all threads
// together. Each tensor that it gives has a row for each of its clips, and comes back with the rows of all, in their
// order.
std::vector<at::Tensor> runShared(const at::Tensor& clips, BatchSharing sharing,
                                  const std::function<std::vector<at::Tensor>(const at::Tensor&)>& run);

// The tensors of parts of a batch, each with the rows of all parts, in their order.
std::vector<at::Tensor> joinRows(const std::vector<std::vector<at::Tensor>>& parts);

}  // namespace kinetorch::network
