#pragma once

#include "native/augmentation/augment_options.h"

namespace kinetorch::test {

inline augmentation::AugmentOptions everything() {
  augmentation::AugmentOptions options;
  options.cropArea = augmentation::Range{0.3, 1};
  options.flip = {0.5, 0.5, 0.5};
  options.brightness = options.contrast = options.saturation = 0.4;
  options.hue = 0.1;
  options.randAugmentOperations = 2;
  options.randAugmentMagnitude = 12;
  options.erase = 0.5;
  options.mixup = 0.8;
  options.cutmix = 1;
  return options;
}

}  // namespace kinetorch::test
