#pragma once

#include "native/preprocessing/clip_batch.h"
#include "native/preprocessing/input_spec.h"
#include "native/training/training_batch.h"

namespace kinetorch::training {

// The clips of a batch, which must outlive them. Throws ERR_CLIP_SHAPE where they don't fit the input or their size.
preprocessing::ClipBatch checkedClips(const TrainingBatch& batch, const preprocessing::InputSpec& input);

}  // namespace kinetorch::training
