#include "native/network/agreement.h"

#include <ATen/ATen.h>

namespace kinetorch::network {

double toleranceOf(c10::ScalarType precision) {
  return precision == at::kFloat ? 1e-3 : precision == at::kHalf ? 2e-2 : 1e-1;
}

bool agree(const at::Tensor& found, const at::Tensor& expected, c10::ScalarType precision) {
  const double tolerance = toleranceOf(precision);
  const at::Tensor wide = expected.to(at::kFloat);
  const double largest = wide.nan_to_num(0, 0, 0).abs().max().item<double>();
  return at::allclose(found.to(at::kFloat), wide, tolerance, tolerance * largest, /*equal_nan=*/true);
}

}  // namespace kinetorch::network
