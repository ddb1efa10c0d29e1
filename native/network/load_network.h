#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>

#include "native/model/model_file.h"
#include "native/network/network.h"
#include "native/network/optimize_options.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::network {

// Moves a TorchScript model to the device and freezes it (folding batch norms), then runs one random clip of `input`'s
// shape to see that it gives `numClasses` logits. On CUDA it sets how the process uses cuDNN. Throws ERR_MODEL_FORMAT,
// ERR_MODEL_FORWARD, ERR_MODEL_METADATA, and ERR_DEVICE where cuDNN is too old.
std::unique_ptr<Network> loadNetwork(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                     int64_t numClasses, c10::Device device, c10::ScalarType precision,
                                     const OptimizeOptions& optimize);

}  // namespace kinetorch::network
