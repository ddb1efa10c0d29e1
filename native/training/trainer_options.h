#pragma once

#include <cstdint>
#include <string>

#include "native/preprocessing/input_spec.h"

namespace kinetorch {

enum class OptimizerKind { kSgd, kAdamW };

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdamW;
  double momentum = 0;  // SGD
  bool nesterov = false;
  double beta1 = 0.9;  // AdamW
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weightDecay = 0;
};

// binding.d.ts's TrainerOptions.
struct TrainerOptions {
  std::string device = "cpu";  // as resolveDevice() of native/runtime/device.h takes it
  InputSpec input;
  int64_t numClasses = 0;
  OptimizerOptions optimizer;
  double labelSmoothing = 0;
  double horizontalFlip = 0;  // probability
  double clipGradNorm = 0;    // 0 is off
  uint64_t seed = 0;
  int threads = 0;  // intra-op; 0 leaves LibTorch's own choice
};

}  // namespace kinetorch
