#pragma once

#include <cstdint>
#include <vector>

#include "native/model/linear_head.h"

namespace kinetorch::training {

// Vectors with what they show.
struct LabelledVectors {
  // N×features, row-major.
  std::vector<float> features;
  // N×classes of 0 and 1, row-major.
  std::vector<float> targets;
  int64_t count = 0;  // N
  // Each class has a sigmoid of its own.
  bool isMultiLabel = false;
};

// The linear layer that minimises mean cross entropy + weightDecay/2 · ‖W‖² over vectors that were standardised by
// their own mean and deviation, and that takes them as they are: the standardisation is folded into it. Biases are not
// decayed. In double precision. A feature that never changes gets weights of 0. Throws ERR_INVALID_ARGUMENT where sizes
// disagree, ERR_TRAINING for numbers that are not finite.
model::LinearHead fitLinear(const LabelledVectors& data, double weightDecay);

}  // namespace kinetorch::training
