#pragma once

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

}  // namespace kinetorch::preprocessing
