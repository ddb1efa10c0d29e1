#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>

namespace kinetorch::architectures {

// A trainable network of the table with fresh weights. Throws ERR_INVALID_ARGUMENT for an unknown name.
torch::jit::Module buildArchitecture(const std::string& name, int64_t numClasses, uint64_t seed);

}  // namespace kinetorch::architectures
