#pragma once

#include <cstdint>

namespace kinetorch::preprocessing {

// uint8 N×T×H×W×3 clips of one size; the bytes are another's.
struct ClipBatch {
  const uint8_t* data = nullptr;
  int64_t batch = 0;
  int64_t frames = 0;
  int64_t height = 0;
  int64_t width = 0;
};

}  // namespace kinetorch::preprocessing
