#pragma once

#include <cstdint>
#include <vector>

namespace kinetorch::preprocessing {

// A clip that was preprocessed elsewhere: C×T×H×W, of the network's input size and normalised. C is 3, or 1 where all
// three channels are the same.
struct ClipTensor {
  std::vector<float> values;
  int64_t channels = 3;
};

}  // namespace kinetorch::preprocessing
