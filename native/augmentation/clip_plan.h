#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "native/preprocessing/crop_plan.h"

namespace kinetorch::augmentation {

enum class OperationKind {
  kShearX,  // tangent of the angle
  kShearY,
  kTranslateX,  // pixels
  kTranslateY,
  kRotate,      // degrees
  kBrightness,  // factor
  kContrast,
  kSaturation,
  kSharpness,
  kHue,        // turns
  kPosterize,  // bits kept
  kSolarize,   // threshold
  kAutoContrast,
  kEqualize,
};

struct Operation {
  OperationKind kind;
  double amount = 0;
};

struct Erasure {
  preprocessing::Box box;
  uint64_t noiseSeed = 0;
};

// Everything that is drawn for one clip.
struct ClipPlan {
  preprocessing::CropPlan crop;
  std::vector<Operation> operations;  // in the order of application
  std::optional<Erasure> erasure;
};

}  // namespace kinetorch::augmentation
