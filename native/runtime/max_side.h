#pragma once

#include <cstdint>

namespace kinetorch {

// The most pixels that a clip's height and width may have, as it comes in and after the resize: products of sides stay
// far from overflow, and a strip that is resized by its short side does not ask for gigabytes. lib/clip/checkClip.ts
// has the same number.
inline constexpr int64_t kMaxSide = 16384;

}  // namespace kinetorch
