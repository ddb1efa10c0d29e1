#pragma once

#include <cstdint>

namespace kinetorch::kernels {

inline int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
inline int64_t roundUp(int64_t a, int64_t b) { return ceilDivide(a, b) * b; }

// The size of the parts when `whole` is cut into as few as possible of at most `most`, as even as possible.
inline int64_t evenPart(int64_t whole, int64_t most) { return ceilDivide(whole, ceilDivide(whole, most)); }

}  // namespace kinetorch::kernels
