#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "native/augmentation/augment_options.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::training {

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

enum class LossKind { kCrossEntropy, kBinaryCrossEntropy };

struct LossOptions {
  LossKind kind = LossKind::kCrossEntropy;
  double labelSmoothing = 0;
  std::vector<double> classWeights;  // one for each class; empty: all 1
};

enum class ObjectiveKind { kClassification, kReconstruction, kMaskedReconstruction };

// Of masked reconstruction.
struct MaskOptions {
  double ratio = 0.75;  // of the cells that are hidden
  int64_t cell = 8;     // pixels of a side
  bool pixels = true;   // what of them is predicted
  bool difference = true;
};

// binding.d.ts's TrainerOptions.
struct TrainerOptions {
  std::string device = "cpu";         // as resolveDevice() of native/runtime/device.h takes it
  std::string precision = "float32";  // as resolvePrecision() takes it
  preprocessing::InputSpec input;
  augmentation::AugmentOptions augment;
  ObjectiveKind objective = ObjectiveKind::kClassification;
  int64_t numClasses = 0;  // of classification, as the loss
  LossOptions loss;
  MaskOptions mask;
  OptimizerOptions optimizer;
  double clipGradNorm = 0;          // 0 is off
  double bodyRate = 1;              // factor on the learning rate of all but the classification head
  std::string head;                 // path of the module that is the classification head; empty: none is known
  std::vector<std::string> frozen;  // module paths
  bool freezeBatchNorm = false;
  double emaDecay = 0;  // 0 is off
  uint64_t seed = 0;
  int threads = 0;  // intra-op; 0 leaves LibTorch's own choice
};

}  // namespace kinetorch::training
