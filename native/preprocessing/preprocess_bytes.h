#pragma once

#include <vector>

#include "native/preprocessing/clip.h"
#include "native/preprocessing/crop_plan.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::preprocessing {

// Resizes, crops and normalises the `frames` of a uint8 clip, on LibTorch's threads, without a tensor in between: only
// what the crop keeps is computed. Writes float T×H×W×3 of the input's size.
void preprocessBytes(const Clip& clip, const std::vector<int64_t>& frames, const CropPlan& crop, const InputSpec& input,
                     float* out);

}  // namespace kinetorch::preprocessing
