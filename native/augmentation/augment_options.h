#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "native/augmentation/clip_plan.h"

namespace kinetorch::augmentation {

// From which a value is drawn, every one equally likely.
struct Range {
  double min = 0;
  double max = 0;
};

enum class AutoAugment { kNone, kTrivialAugmentWide, kAugMix, kImageNet };

// binding.d.ts's AugmentOptions: random changes of training clips, each drawn once a clip and the same in all its
// frames. As they stand here everything is off.
struct AugmentOptions {
  // Short side in pixels to which a clip is resized before a crop of the input's size; where that would not fit, the
  // smallest in which it does. Not used with `cropArea`, whose crop comes at every scale as it is.
  std::optional<Range> shortSide;
  // Share of the frame's area in a random resized crop, and its width over height relative to the input's, drawn on a
  // log scale: 1 keeps shapes as they are.
  std::optional<Range> cropArea;
  Range cropAspect{3.0 / 4, 4.0 / 3};
  // Probability of a horizontal flip for each class; a clip of several takes the least of theirs. Empty: none.
  std::vector<double> flip;
  double brightness = 0;  // a factor from [1 - x, 1 + x] each
  double contrast = 0;
  double saturation = 0;
  double hue = 0;  // up to x turns of the colour circle either way
  int64_t randAugmentOperations = 0;
  double randAugmentMagnitude = 0;  // 0…30
  AutoAugment autoAugment = AutoAugment::kNone;
  OperationStyle style;
  double erase = 0;             // probability
  Range eraseArea{0.02, 0.33};  // share of the frame's area
  bool eraseWithMean = false;   // the input's mean colour in place of noise
  double mixup = 0;             // alphas of the Beta distributions
  double cutmix = 0;
};

}  // namespace kinetorch::augmentation
