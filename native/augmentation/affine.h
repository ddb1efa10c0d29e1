#pragma once

#include <cstdint>
#include <optional>

#include "native/augmentation/clip_plan.h"

namespace kinetorch::augmentation {

// From a pixel of the result to its place in the source: x' = xx·x + xy·y + x0, y' = yx·x + yy·y + y0, in pixels from
// the top left corner of the frame.
struct Affine {
  double xx = 1;
  double xy = 0;
  double x0 = 0;
  double yx = 0;
  double yy = 1;
  double y0 = 0;
};

// Of an operation that moves pixels: shear from the top left corner, translation, rotation about the centre of a frame
// of this size. None where the operation is of another kind.
std::optional<Affine> affineOf(const Operation& operation, int64_t height, int64_t width);

}  // namespace kinetorch::augmentation
