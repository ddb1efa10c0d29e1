#pragma once

#include <cstdint>
#include <vector>

namespace kinetorch::preprocessing {

// Frames as they were decoded: T×H×W×3, RGB; uint8, or float32 in [0, 1]. Owns its bytes.
struct Clip {
  std::vector<uint8_t> bytes;
  bool isFloat = false;
  int64_t frames = 0;
  int64_t height = 0;
  int64_t width = 0;
};

// Place of the crop within the resized frame: 0 left or top, 0.5 centre, 1 right or bottom.
struct CropPosition {
  double x = 0.5;
  double y = 0.5;
};

// Frames as they were decoded, and where to crop them.
struct Frames {
  Clip clip;
  CropPosition crop;
};

}  // namespace kinetorch::preprocessing
