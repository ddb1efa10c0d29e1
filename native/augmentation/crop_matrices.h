#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "native/augmentation/clip_plan.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::augmentation {

// The crops of some clips as matrices: rows × frame × columns is box, resize, window and flip at once, with the very
// weights of cropClip(). For N clips of H×W frames and an input of h×w, float32 on the device.
struct CropMatrices {
  at::Tensor rows;     // N×h×H
  at::Tensor columns;  // N×W×w
};

CropMatrices cropMatrices(const std::vector<ClipPlan>& plans, int64_t height, int64_t width,
                          const preprocessing::InputSpec& input, at::Device device);

}  // namespace kinetorch::augmentation
