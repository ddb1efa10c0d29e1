#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "native/augmentation/affine.h"

namespace kinetorch::augmentation {

// frame_operations.h's operations for N clips by LibTorch's operators on any device, with the same numbers: float32
// N×3×T×H×W of whole numbers from 0 to 255, contiguous.

// Each clip by its own map.
at::Tensor warp(const std::vector<Affine>& affines, bool nearest, const at::Tensor& levels);

at::Tensor sharpen(const std::vector<double>& factors, const at::Tensor& levels);

}  // namespace kinetorch::augmentation
