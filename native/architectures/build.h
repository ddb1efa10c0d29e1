#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>

#include "native/architectures/parts.h"

namespace kinetorch::architectures {

// A trainable network of the table with fresh weights. Throws ERR_INVALID_ARGUMENT for an unknown name.
torch::jit::Module buildArchitecture(const std::string& name, int64_t numClasses, uint64_t seed);

// The parts of a network that buildArchitecture made, here or in the process that wrote the file; its class tells.
// nullptr for one from elsewhere.
const Parts* partsOf(const torch::jit::Module& network);

}  // namespace kinetorch::architectures
