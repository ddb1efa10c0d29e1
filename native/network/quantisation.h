#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace kinetorch::network {

// Of the numbers in a tensor.
struct ValueRange {
  double min = 0;
  double max = 0;
};

// How a convolution of the frozen graph is to run: in int8, with the ranges of what it reads, or in float32.
struct LayerQuantisation {
  bool isInt8 = false;
  ValueRange input;
  std::optional<ValueRange> residual;
};

// One for each convolution that the kernels can take, in their order (fuse_for_cpu.h); empty: all in float32.
using NetworkQuantisation = std::vector<LayerQuantisation>;

}  // namespace kinetorch::network
