#pragma once

#include "native/augmentation/augment_options.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::test {

// Normalised as for Kinetics.
inline preprocessing::InputSpec inputOf(int64_t frames, int64_t height, int64_t width) {
  preprocessing::InputSpec input;
  input.frames = frames;
  input.height = height;
  input.width = width;
  input.mean = {0.43216, 0.394666, 0.37645};
  input.std = {0.22803, 0.22145, 0.216989};
  return input;
}

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
