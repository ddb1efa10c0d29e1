#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "native/augmentation/batch_mix.h"
#include "native/augmentation/clip_plan.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::augmentation {

// Crop, operations, erasing, mixing and normalisation of uint8 N×T×H×W×3 clips, by LibTorch's operators on the device
// they lie on and without waiting for it: float32 N×3×T×h×w of the input's size, channels_last_3d. The numbers are
// those of the CPU's kernels, but that a resize may round values near a half the other way.
at::Tensor augmentTensors(const at::Tensor& clips, const std::vector<ClipPlan>& plans,
                          const std::optional<BatchMix>& mix, const preprocessing::InputSpec& input);

}  // namespace kinetorch::augmentation
