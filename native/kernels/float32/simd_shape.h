#pragma once

#include <cstdint>

namespace kinetorch::kernels::float32 {

// What packing and blocking must know of a target.
struct SimdShape {
  int64_t lanes = 0;       // floats in a vector
  int64_t panelWidth = 0;  // output channels that the micro-kernel computes together
  int64_t rows = 0;        // and rows
};

SimdShape simdShape(int64_t target);

}  // namespace kinetorch::kernels::float32
