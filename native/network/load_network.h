#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>
#include <optional>

#include "native/model/model_file.h"
#include "native/network/network.h"
#include "native/network/optimize_options.h"
#include "native/network/purpose.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::network {

// What a network is for, and what the numbers that it gives are known to be.
struct ExpectedOutputs {
  int64_t numClasses = 0;
  std::optional<bool> probabilities;  // not known: told by the network
  Purpose purpose = Purpose::kClassify;
};

// Note [What was seen to run is what runs]
// A network from elsewhere is first run as its file has it, in its own types and order of memory, one clip at a time.
// What is then made of it (channels_last_3d, kernels, batches of 2 and of the largest size) has to give each clip the
// same; else it is given up again, with a warning, and in the end the network runs one clip at a time. Of networks
// whose operators alone tell that clips keep apart (separate_rows.h), as most are made, batches need no proof.

// Moves a TorchScript model to the device and freezes it (folding batch norms), then runs random clips of `input`'s
// shape to see that it gives `numClasses` logits, or clips of that shape. On CUDA it sets how the process uses cuDNN.
// With float32 it keeps its own types. Throws ERR_MODEL_FORMAT, ERR_MODEL_FORWARD, ERR_MODEL_METADATA, and ERR_DEVICE
// where cuDNN is too old.
std::unique_ptr<Network> loadNetwork(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                     const ExpectedOutputs& expected, c10::Device device, c10::ScalarType precision,
                                     const OptimizeOptions& optimize);

}  // namespace kinetorch::network
