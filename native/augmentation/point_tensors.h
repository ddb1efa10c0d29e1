#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "native/augmentation/clip_plan.h"

namespace kinetorch::augmentation {

// applyPointOperation() of one kind for N clips, each with its own amount, by LibTorch's operators on any device.
// `levels` and the result are float32 N×3×T×H×W of whole numbers from 0 to 255. They are the numbers of the CPU's
// kernels: sums are exact, and each product is rounded before it is added.
at::Tensor applyPointOperation(OperationKind kind, bool byFrame, const std::vector<double>& amounts,
                               const at::Tensor& levels);

}  // namespace kinetorch::augmentation
