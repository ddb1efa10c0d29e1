#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "native/quantisation/range.h"

namespace kinetorch::quantisation {

// Which real numbers the 256 values of uint8 are: step × (stored − zero).
struct Grid {
  double step = 1;
  int64_t zero = 0;  // 0…255
};

inline constexpr int64_t kMaxStored = 255;

// The grid over a range.
Grid gridOf(const Range& range);

// float32 numbers rounded, half to even, to those of the range's grid; what is outside of it to its ends.
at::Tensor onGrid(const at::Tensor& numbers, const Range& range);

}  // namespace kinetorch::quantisation
