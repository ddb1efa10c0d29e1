#pragma once

#include <ATen/core/Tensor.h>

#include "native/preprocessing/clip_batch.h"
#include "native/training/trainer_options.h"
#include "native/training/training_batch.h"

namespace kinetorch::training {

// The clips of a batch, which must outlive them. Throws ERR_CLIP_SHAPE where they don't fit the input or their size.
preprocessing::ClipBatch checkedClips(const TrainingBatch& batch, const preprocessing::InputSpec& input);

// What each clip shows, float32 N×classes on the CPU. Throws ERR_INVALID_ARGUMENT where labels or targets don't fit.
at::Tensor checkedTargets(const TrainingBatch& batch, LossKind loss, int64_t numClasses);

}  // namespace kinetorch::training
