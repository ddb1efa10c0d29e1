#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "native/preprocessing/input_spec.h"

namespace kinetorch::training {

// N×3×T×H×W as a network takes it, back to bytes: uint8 N×T×H×W×3, row-major.
std::vector<uint8_t> clipPixels(const at::Tensor& clips, const preprocessing::InputSpec& input);

}  // namespace kinetorch::training
