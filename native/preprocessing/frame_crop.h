#pragma once

#include "native/preprocessing/antialiased_crop.h"
#include "native/preprocessing/bilinear_crop.h"
#include "native/preprocessing/plain_crop.h"

namespace kinetorch::preprocessing {

// Calls body with the crop that the plan and the input ask for: a PlainCrop, AntialiasedCrop or BilinearCrop.
template <typename Body>
void withFrameCrop(const CropPlan& crop, const InputSpec& input, const Body& body) {
  if (crop.box.height == crop.resizedHeight && crop.box.width == crop.resizedWidth) {
    body(PlainCrop(crop, input));
  } else if (input.antialias) {
    body(AntialiasedCrop(crop, input));
  } else {
    body(BilinearCrop(crop, input));
  }
}

}  // namespace kinetorch::preprocessing
