#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "native/preprocessing/input_spec.h"

namespace kinetorch::preprocessing {

// (x / largest - mean) / std of each channel as one multiplication and one addition.
struct Normalisation {
  std::array<float, 3> scale;
  std::array<float, 3> shift;
};

inline Normalisation normalisationOf(const InputSpec& input, double largest) {
  Normalisation normal{};
  for (size_t c = 0; c < 3; ++c) {
    normal.scale[c] = static_cast<float>(1.0 / (input.std[c] * largest));
    normal.shift[c] = static_cast<float>(-input.mean[c] / input.std[c]);
  }
  return normal;
}

// value × scale + shift for each byte of a row of the input's pixels. Rows, unlike three channels, are work that
// vectorises.
struct RowScale {
  std::vector<float> scale;
  std::vector<float> shift;

  explicit RowScale(const InputSpec& input) {
    const Normalisation normal = normalisationOf(input, 255.0);
    for (int64_t x = 0; x < input.width; ++x) {
      scale.insert(scale.end(), normal.scale.begin(), normal.scale.end());
      shift.insert(shift.end(), normal.shift.begin(), normal.shift.end());
    }
  }

  void apply(const uint8_t* from, float* to) const {
    for (size_t i = 0; i < scale.size(); ++i) to[i] = static_cast<float>(from[i]) * scale[i] + shift[i];
  }

  void applyBlend(const uint8_t* from, const uint8_t* other, float own, float* to) const {
    for (size_t i = 0; i < scale.size(); ++i) {
      const float blend = own * static_cast<float>(from[i]) + (1.0F - own) * static_cast<float>(other[i]);
      to[i] = blend * scale[i] + shift[i];
    }
  }
};

}  // namespace kinetorch::preprocessing
