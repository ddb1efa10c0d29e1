#pragma once

#include <ATen/ATen.h>

namespace kinetorch::test {

// The largest difference, relative to the largest number expected.
inline double relativeError(const at::Tensor& actual, const at::Tensor& expected) {
  return ((actual - expected).abs().max() / expected.abs().max()).item<double>();
}

}  // namespace kinetorch::test
