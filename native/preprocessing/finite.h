#pragma once

#include <cstdint>
#include <cstring>

namespace kinetorch::preprocessing {

// By their bits, which compilers turn into vector instructions.
inline bool allFinite(const float* values, int64_t count) {
  constexpr uint32_t kExponent = 0x7F800000;  // all its bits set: NaN or infinity
  uint32_t found = 0;
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits;
    std::memcpy(&bits, values + i, sizeof(bits));
    found |= static_cast<uint32_t>((bits & kExponent) == kExponent);
  }
  return found == 0;
}

}  // namespace kinetorch::preprocessing
