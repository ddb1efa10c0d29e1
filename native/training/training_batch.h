#pragma once

#include <cstdint>
#include <vector>

namespace kinetorch::training {

// binding.d.ts's NativeBatch: uint8 N×T×H×W×3 with N labels or N×classes targets.
struct TrainingBatch {
  std::vector<uint8_t> data;
  int64_t batch = 0;
  int64_t frames = 0;
  int64_t height = 0;
  int64_t width = 0;
  std::vector<int32_t> labels;
  std::vector<float> targets;
};

}  // namespace kinetorch::training
