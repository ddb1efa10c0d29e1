#pragma once

#include <ATen/core/Tensor.h>

#include "native/quantisation/range.h"

namespace kinetorch::quantisation {

// float32 numbers rounded, half to even, to those that bytes over the range stand for; what is outside of it to its
// ends.
at::Tensor onGrid(const at::Tensor& numbers, const Range& range);

}  // namespace kinetorch::quantisation
