#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "native/preprocessing/crop_plan.h"

namespace kinetorch::augmentation {

// Mixup or cutmix of a batch: each clip is mixed with the one before it, the first with the last. The order of a
// training batch is random already.
struct BatchMix {
  double own = 1;  // the share of a clip's own target
  // Cutmix: where the other clip shows, in all frames. Mixup: none, both show everywhere.
  std::optional<preprocessing::Box> box;
};

// Of float32 targets with a row for each clip.
at::Tensor mixTargets(const at::Tensor& targets, const BatchMix& mix);

}  // namespace kinetorch::augmentation
