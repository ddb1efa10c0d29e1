#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kinetorch::training {

// A trained network as a TorchScript archive for inference and for training on: in evaluation mode, on the CPU, its
// parameters contiguous. `metadata` becomes its kinetorch.json.
std::vector<uint8_t> exportNetwork(const torch::jit::Module& network, const std::string& metadata);

}  // namespace kinetorch::training
