#pragma once

#include <optional>

#include "native/augmentation/augment_options.h"
#include "native/augmentation/batch_mix.h"
#include "native/augmentation/random_state.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::augmentation {

// None where neither mixup nor cutmix is on.
std::optional<BatchMix> drawBatchMix(const AugmentOptions& options, const preprocessing::InputSpec& input,
                                     RandomState& random);

}  // namespace kinetorch::augmentation
