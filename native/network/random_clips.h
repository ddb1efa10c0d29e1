#pragma once

#include <ATen/core/Tensor.h>

#include "native/preprocessing/input_spec.h"

namespace kinetorch::network {

// N×3×T×H×W in channels_last_3d, of float32 on the CPU, normally distributed: the same for every model; LibTorch's own
// generator is left as it is.
at::Tensor randomClips(int64_t count, const preprocessing::InputSpec& input);

}  // namespace kinetorch::network
