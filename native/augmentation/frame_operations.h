#pragma once

#include <cstdint>

#include "native/augmentation/clip_plan.h"

namespace kinetorch::augmentation {

// Applies an operation that takes a pixel's neighbours or moves pixels, the same to each of the T×H×W×3 frames, in
// place: shear from the top left corner, translation, rotation about the centre (black from outside), and
// sharpness. The values are torchvision's for uint8 images. False where the operation is of another kind.
bool applyFrameOperation(const Operation& operation, bool nearest, uint8_t* frames, int64_t count, int64_t height,
                         int64_t width);

}  // namespace kinetorch::augmentation
