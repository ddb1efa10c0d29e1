#pragma once

#include <ATen/core/Tensor.h>

#include "native/preprocessing/input_spec.h"

namespace kinetorch {

// N×3×T×H×W in channels_last_3d, of float32 on the CPU, normally distributed: the same for every model; LibTorch's own
// generator is left as it is.
at::Tensor randomClips(int64_t count, const InputSpec& input);

}  // namespace kinetorch
