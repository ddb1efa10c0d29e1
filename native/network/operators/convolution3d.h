#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace kinetorch::network {

// A convolution over time, height and width whose weights are constants.
struct Convolution3d {
  at::Tensor weight;  // K×C/groups×kT×kH×kW, strided
  at::Tensor bias;    // K, or undefined
  std::array<int64_t, 3> stride{1, 1, 1};
  std::array<int64_t, 3> padding{0, 0, 0};
  std::array<int64_t, 3> dilation{1, 1, 1};
  int64_t groups = 1;
};

}  // namespace kinetorch::network
