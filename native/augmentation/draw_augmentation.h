#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "native/augmentation/augment_options.h"
#include "native/augmentation/batch_mix.h"
#include "native/augmentation/clip_plan.h"
#include "native/augmentation/random_state.h"
#include "native/preprocessing/clip_batch.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::augmentation {

// Everything that is drawn for a batch.
struct Augmentation {
  std::vector<ClipPlan> plans;  // one for each clip
  std::optional<BatchMix> mix;
};

// `targets` is float32 on the CPU, with a row for each clip and a column for each class of `options.flip`; the clips
// are at least of the input's height and width and have its frames.
//
// Note [Order of random numbers]
// Clip after clip: short side; area, aspect and place of the crop; flip; RandAugment's operations, each with its sign;
// order and then factors of brightness, contrast, saturation and hue; erasing. Then, for the batch: mixup or cutmix,
// its lambda, and cutmix's place. What is off draws nothing. In this room the files draw_*
// alone are handed a RandomState.
Augmentation drawAugmentation(const preprocessing::ClipBatch& clips, const at::Tensor& targets,
                              const AugmentOptions& options, const preprocessing::InputSpec& input,
                              RandomState& random);

}  // namespace kinetorch::augmentation
