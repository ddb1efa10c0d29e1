#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "native/preprocessing/augment.h"

namespace kinetorch {

// Everything the next training step depends on.
struct Checkpoint {
  // Parameters, buffers and the optimiser's state, each under a unique name; on the CPU, contiguous.
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  RandomState::State random{};
  int64_t steps = 0;
  std::string callerState;
};

// The file is 8 bytes of magic, the payload's size (uint64) and CRC-32 (uint32), little-endian, and the payload, a
// torch zip of plain values. It has a CRC of its own because LibTorch's reader does not check those of the zip.
void writeCheckpoint(const std::string& path, const Checkpoint& checkpoint);

// Throws ERR_FILE_NOT_FOUND, ERR_FILE_ACCESS, or ERR_WEIGHTS where the file is no checkpoint or a damaged one.
Checkpoint readCheckpoint(const std::string& path);

}  // namespace kinetorch
