#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "native/model/inflation.h"

namespace kinetorch::model {

// Whether O×I×H×W is what is inflated to `wanted`, O×I×T×H×W.
bool inflatesTo(const std::vector<int64_t>& shape, const std::vector<int64_t>& wanted);

// O×I×H×W to O×I×`frames`×H×W.
at::Tensor inflateKernel(const at::Tensor& kernel, int64_t frames, Inflation inflation);

}  // namespace kinetorch::model
