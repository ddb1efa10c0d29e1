#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

namespace kinetorch::network {

// How far rounding may go, relative to the largest number: 1e-3 in float32 (Winograd's algorithms make about 1e-5,
// docs/performance.md), 2e-2 in float16, 1e-1 in bfloat16.
double toleranceOf(c10::ScalarType precision);

// Whether two ways to compute the same in `precision` differ by no more than rounding. No numbers agree with no
// numbers.
bool agree(const at::Tensor& found, const at::Tensor& expected, c10::ScalarType precision);

}  // namespace kinetorch::network
