#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "native/augmentation/augment_options.h"
#include "native/augmentation/random_state.h"
#include "native/preprocessing/clip_batch.h"
#include "native/preprocessing/crop_plan.h"
#include "native/preprocessing/input_spec.h"

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

// What the box of an erasure is overwritten with in every frame: H×W×3 of the box's size.
std::vector<uint8_t> noiseOf(const Erasure& erasure);

// Everything that is drawn for one clip.
struct ClipPlan {
  preprocessing::CropPlan crop;
  std::vector<Operation> operations;  // in the order of application
  std::optional<Erasure> erasure;
};

// A plan for a clip of `clips`; `flip` is its probability of a flip, none where clips aren't flipped at all. Draws in
// the order that augment.h's note gives.
ClipPlan drawClipPlan(const preprocessing::ClipBatch& clips, const AugmentOptions& options, std::optional<double> flip,
                      const preprocessing::InputSpec& input, RandomState& random);

}  // namespace kinetorch::augmentation
