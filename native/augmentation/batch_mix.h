#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "native/augmentation/augment_options.h"
#include "native/augmentation/clip_plan.h"
#include "native/augmentation/random_state.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::augmentation {

// Mixup or cutmix of a batch: each clip is mixed with the one before it, the first with the last. The order of a
// training batch is random already.
struct BatchMix {
  double own = 1;  // the share of a clip's own target
  std::optional<preprocessing::Box>
      box;  // cutmix: where the other clip shows, in all frames. Mixup: none, both show everywhere
};

// None where neither is on.
std::optional<BatchMix> drawBatchMix(const AugmentOptions& options, const preprocessing::InputSpec& input,
                                     RandomState& random);

// float32 N×classes.
at::Tensor mixTargets(const at::Tensor& targets, const BatchMix& mix);

}  // namespace kinetorch::augmentation
