#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>

namespace kinetorch::explanation {

// The graph of `forward` with a second output, that of the module with this path, from which on gradients are
// kept: whatever the rest of the network does in place, it does to a copy.
//
// There are no hooks on TorchScript modules. A module that is called more than once is watched at its first call.
// Throws ERR_INVALID_ARGUMENT where `forward` does not always call such a module, and where that gives no tensor.
std::shared_ptr<torch::jit::Graph> watchLayer(const torch::jit::Module& network, const std::string& layer);

}  // namespace kinetorch::explanation
