#pragma once

#include <cstdint>

#include "native/augmentation/clip_plan.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::augmentation {

// Changes a clip of the input's size, uint8 T×H×W×3, in place, by its plan's mixture and operations.
void applyOperations(const ClipPlan& plan, const preprocessing::InputSpec& input, uint8_t* clip);

}  // namespace kinetorch::augmentation
