#pragma once

#include "native/augmentation/augment_options.h"
#include "native/augmentation/clip_plan.h"
#include "native/augmentation/random_state.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::augmentation {

// What RandAugment, TrivialAugmentWide, AugMix or AutoAugment's policy for ImageNet does to a clip, where one of them
// is on: torchvision's operations and magnitudes, with the same chances.
void drawAutoAugment(const AugmentOptions& options, const preprocessing::InputSpec& input, RandomState& random,
                     ClipPlan& plan);

}  // namespace kinetorch::augmentation
