#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

#include "native/explanation/map_request.h"

namespace kinetorch::explanation {

// Sources: Selvaraju et al. 2017, "Grad-CAM", its weights for each instant as PySlowFast has them (pytorch-grad-cam's
// are means over time as well); Draelos and Carin 2020, "Use HiResCAM instead of Grad-CAM"; Jiang et al. 2021,
// "LayerCAM"; Muhammad and Yeasin 2020, "Eigen-CAM", whose sign is that of its largest value.
//
// T×H×W, at least 0, of C×T×H×W activations and their gradients, which may be C×1×1×1 where they are the same
// everywhere; kEigenCam looks at no gradients.
at::Tensor activationMap(const at::Tensor& activations, const at::Tensor& gradients, MapMethod method);

// The map in another size (time, height, width), trilinear with align_corners=false, scaled so that its lowest value
// is 0 and its highest 1. One that is the same everywhere up to rounding is 0 everywhere.
at::Tensor scaledMap(const at::Tensor& map, std::array<int64_t, 3> size);

}  // namespace kinetorch::explanation
