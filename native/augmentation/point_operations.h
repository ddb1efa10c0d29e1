#pragma once

#include <cstdint>

#include "native/augmentation/clip_plan.h"

namespace kinetorch::augmentation {

// Applies an operation that takes each pixel for itself, from brightness to equalisation, to `count` pixels in place:
// a whole clip, so that the mean of `contrast` and the histograms of the last two are the clip's, and its frames all
// change alike. Over those pixels the values are torchvision's for uint8 images.
void applyPointOperation(const Operation& operation, uint8_t* pixels, int64_t count);

}  // namespace kinetorch::augmentation
