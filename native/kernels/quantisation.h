#pragma once

#include <cstdint>

#include "native/kernels/rounding.h"

namespace kinetorch::kernels {

// How real numbers are stored as bytes: real = step × (stored - zero).
struct Quantisation {
  float step = 1;    // > 0
  int32_t zero = 0;  // 0 to 255
};

// The same byte four times.
inline int32_t fourBytes(int32_t byte) { return static_cast<int32_t>(0x01010101U * static_cast<uint32_t>(byte)); }

// Of an activation of bytes: four channels are multiplied together. What lies in the added ones does not matter.
inline int64_t storedChannels(int64_t channels) { return roundUp(channels, 4); }

}  // namespace kinetorch::kernels
