#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "native/model/model_file.h"
#include "native/preprocessing/input_spec.h"
#include "native/quantisation/calibrated_network.h"

namespace kinetorch::quantisation {

// The file's network with int8 weights and corrected biases in the layers with a flag, as a TorchScript archive with
// `metadata` as its kinetorch.json. It was read again as a model is loaded, and has the same layers in the same order.
// Throws ERR_UNSUPPORTED where it has others, ERR_INVALID_ARGUMENT where there is not a flag for each layer.
std::vector<uint8_t> quantizedFile(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                   const CalibratedNetwork& network, const std::vector<uint8_t>& int8,
                                   const std::string& metadata);

}  // namespace kinetorch::quantisation
