#pragma once

#include <cmath>
#include <cstdint>

namespace kinetorch::preprocessing {

struct Box {
  int64_t top = 0;
  int64_t left = 0;
  int64_t height = 0;
  int64_t width = 0;
};

// `box` of the source, resized, and of that the window of the input's size at `top`, `left`; then the flip.
struct CropPlan {
  Box box;
  int64_t resizedHeight = 0;
  int64_t resizedWidth = 0;
  int64_t top = 0;
  int64_t left = 0;
  bool flip = false;
};

// Where a window begins: 0 first, 0.5 centre, 1 last. Python's round(), half to even, as torchvision's center_crop
// computes its offset.
inline int64_t cropOffset(int64_t available, int64_t wanted, double position) {
  return static_cast<int64_t>(std::nearbyint(static_cast<double>(available - wanted) * position));
}

}  // namespace kinetorch::preprocessing
