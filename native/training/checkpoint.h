#pragma once

#include <cstdint>
#include <string>

#include "native/augmentation/random_state.h"
#include "native/training/loss_scaler.h"
#include "native/training/network_state.h"

namespace kinetorch::training {

// Everything the next training step depends on.
struct Checkpoint {
  // Parameters, buffers, their averages and the optimiser's state, each under a unique name; on the CPU, contiguous.
  NamedTensors tensors;
  augmentation::RandomState::State random{};
  LossScaler::State scaler;
  int64_t steps = 0;
  std::string callerState;
};

// The file is 8 bytes of magic, the payload's size (uint64, little-endian) and SHA-256, and the payload, a torch zip of
// plain values. LibTorch's reader does not check the CRCs of the zip.
void writeCheckpoint(const std::string& path, const Checkpoint& checkpoint);

// Throws ERR_FILE_NOT_FOUND, ERR_FILE_ACCESS, or ERR_WEIGHTS where the file is no checkpoint or a damaged one.
Checkpoint readCheckpoint(const std::string& path);

// Copies the tensors of the checkpoint at `path` into the live ones of the same names. Throws ERR_WEIGHTS where they
// are not the same; then nothing has been copied.
void restoreTensors(const std::string& path, const NamedTensors& saved, const NamedTensors& live);

}  // namespace kinetorch::training
