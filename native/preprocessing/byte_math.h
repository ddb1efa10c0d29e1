#pragma once

#include <cstdint>

namespace kinetorch::preprocessing {

// Pixels are RGB, interleaved.
constexpr int64_t kChannels = 3;

// Rounds half to even, as at::round does: adding 1.5 × 2^23 leaves no bits for a fraction. Unlike a call into libm, it
// vectorises. For values in [0, 255].
inline uint8_t roundToByte(float value) {
  constexpr float kShift = 12582912.0F;
  const float shifted = value + kShift;
  return static_cast<uint8_t>(static_cast<int32_t>(shifted - kShift));
}

inline float clampToByte(float value) {
  const float positive = value > 0.0F ? value : 0.0F;
  return positive < 255.0F ? positive : 255.0F;
}

// Clamps and cuts off the fraction, as torchvision's colour operations do.
inline uint8_t truncateToByte(float value) { return static_cast<uint8_t>(static_cast<int32_t>(clampToByte(value))); }

}  // namespace kinetorch::preprocessing
