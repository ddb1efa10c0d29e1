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

struct AugmentedBatch {
  at::Tensor clips;    // float32 N×3×T×H×W of the input's size, normalised, channels_last_3d, on `device`
  at::Tensor targets;  // float32 N×classes after mixup or cutmix, on `device`
};

// `targets` is float32 N×classes on the CPU; the clips are at least of the input's height and width and have its
// frames.
//
// Note [Order of random numbers]
// Clip after clip: short side; area, aspect and place of the crop; flip; RandAugment's operations, each with its sign;
// order and then factors of brightness, contrast, saturation and hue; erasing. Then, for the batch: mixup or cutmix,
// its lambda, and cutmix's place. What is off draws nothing.
Augmentation drawAugmentation(const preprocessing::ClipBatch& clips, const at::Tensor& targets,
                              const AugmentOptions& options, const preprocessing::InputSpec& input,
                              RandomState& random);

// What a training step learns from. On a CPU the same clips and augmentation give the same bytes, on however many
// threads. On another device the clips' bytes are copied there and changed on its current stream; the values are the
// CPU's up to rounding.
AugmentedBatch augmentBatch(const preprocessing::ClipBatch& clips, const at::Tensor& targets,
                            const Augmentation& augmentation, const preprocessing::InputSpec& input, at::Device device);

// What evaluation sees: the centre crop (torchvision's, (size - crop) / 2 rounded half to even), normalised: float32
// N×3×T×H×W on `device`, channels_last_3d.
at::Tensor prepareBatch(const preprocessing::ClipBatch& clips, const preprocessing::InputSpec& input,
                        at::Device device);

}  // namespace kinetorch::augmentation
