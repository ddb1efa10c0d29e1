#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kinetorch {

struct CreateOptions {
  std::string architecture;
  int64_t numClasses = 0;
  uint64_t seed = 0;
  std::string metadata;  // text of kinetorch.json
  std::string weights;   // a .safetensors or .pth file; empty for fresh weights
};

// A TorchScript archive of the architecture. Throws ERR_INVALID_ARGUMENT, ERR_WEIGHTS, ERR_FILE_*.
std::vector<uint8_t> createModel(const CreateOptions& options);

}  // namespace kinetorch
