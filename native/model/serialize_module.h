#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kinetorch::model {

// The TorchScript archive as bytes, with `metadata` as its kinetorch.json.
std::vector<uint8_t> serializeModule(const torch::jit::Module& module, const std::string& metadata);

}  // namespace kinetorch::model
