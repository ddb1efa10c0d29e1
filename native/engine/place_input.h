#pragma once

#include <ATen/core/Tensor.h>

#include "native/engine/request.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::engine {

// Writes slot `index` of `clips`, N×3×T×H×W in channels_last_3d in the CPU's memory: frames are preprocessed, a tensor
// is taken as it is. Throws ERR_CLIP_SHAPE and ERR_CLIP_DATA.
void placeInput(const RequestInput& input, const preprocessing::InputSpec& spec, const at::Tensor& clips,
                int64_t index);

}  // namespace kinetorch::engine
