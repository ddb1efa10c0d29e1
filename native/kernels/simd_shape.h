#pragma once

#include <cstdint>

namespace kinetorch::kernels {

// What packing and blocking must know of a kind's kernels for a target.
struct SimdShape {
  int64_t lanes = 0;       // words of four bytes in a vector
  int64_t panelWidth = 0;  // output channels that the micro-kernel computes together
  int64_t rows = 0;        // and rows
};

}  // namespace kinetorch::kernels
