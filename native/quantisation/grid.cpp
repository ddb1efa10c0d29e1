#include "native/quantisation/grid.h"

#include <ATen/ATen.h>

namespace kinetorch::quantisation {

at::Tensor onGrid(const at::Tensor& numbers, const Range& range) {
  const kernels::Quantisation grid = network::gridOf(range);
  return at::fake_quantize_per_tensor_affine(numbers, grid.step, grid.zero, 0, network::kMostStored);
}

}  // namespace kinetorch::quantisation
