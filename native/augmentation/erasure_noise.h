#pragma once

#include <cstdint>
#include <vector>

#include "native/augmentation/clip_plan.h"

namespace kinetorch::augmentation {

// What the box of an erasure is overwritten with in every frame: H×W×3 of the box's size, by the erasure's own seed.
std::vector<uint8_t> noiseOf(const Erasure& erasure);

}  // namespace kinetorch::augmentation
