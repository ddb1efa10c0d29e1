#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kinetorch {

// A TorchScript archive, on disk or in memory: `path` where it is not empty, else `bytes`.
struct ModelSource {
  std::string path;
  std::vector<uint8_t> bytes;
};

}  // namespace kinetorch
