#pragma once

#include <array>
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

// How operations are done where there are two ways.
struct OperationStyle {
  bool nearest = false;  // pixels that move take the nearest one's value, and not that of four in proportion
  bool byFrame = false;  // levels in use and their mean are each frame's, and not the clip's
};

// What a clip becomes: a weighted sum of itself and of copies of it, each after operations of its own.
struct Mixture {
  struct Chain {
    std::vector<Operation> operations;
    double weight = 0;
  };
  double own = 1;
  std::vector<Chain> chains;
};

struct Erasure {
  preprocessing::Box box;
  uint64_t noiseSeed = 0;
  std::optional<std::array<uint8_t, 3>> colour;  // in place of noise
};

// Everything that is drawn for one clip.
struct ClipPlan {
  preprocessing::CropPlan crop;
  OperationStyle style;
  std::optional<Mixture> mixture;
  std::vector<Operation> operations;  // in the order of application, after the mixture
  std::optional<Erasure> erasure;
};

}  // namespace kinetorch::augmentation
