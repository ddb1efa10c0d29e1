#pragma once

#include <ATen/core/Tensor.h>

#include "native/augmentation/draw_augmentation.h"
#include "native/preprocessing/clip_batch.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::augmentation {

// A batch as a network takes it.
struct PreparedBatch {
  at::Tensor clips;    // float32 N×3×T×H×W of the input's size, normalised, channels_last_3d, on the device
  at::Tensor targets;  // float32, a row for each clip, there as well
  // bool N×H×W, there as well: pixels that the network does not see, whatever they are; undefined where it sees all.
  at::Tensor hidden = {};
};

// What a training step learns from; mixup and cutmix mix the targets as they mix the clips. On a CPU the same clips and
// augmentation give the same bytes, on however many threads. On another device the clips' bytes are copied there and
// changed on its current stream; the values are the CPU's up to rounding.
PreparedBatch augmentBatch(const preprocessing::ClipBatch& clips, const at::Tensor& targets,
                           const Augmentation& augmentation, const preprocessing::InputSpec& input, at::Device device);

}  // namespace kinetorch::augmentation
