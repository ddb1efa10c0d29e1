#include "native/quantisation/grid.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace kinetorch::quantisation {

Grid gridOf(const Range& range) {
  Grid grid;
  if (range.max > range.min) grid.step = (range.max - range.min) / static_cast<double>(kMaxStored);
  grid.zero = std::clamp<int64_t>(std::llround(-range.min / grid.step), 0, kMaxStored);
  return grid;
}

at::Tensor onGrid(const at::Tensor& numbers, const Range& range) {
  const Grid grid = gridOf(range);
  return at::fake_quantize_per_tensor_affine(numbers, grid.step, grid.zero, 0, kMaxStored);
}

}  // namespace kinetorch::quantisation
