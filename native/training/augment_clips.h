#pragma once

#include <cstdint>
#include <vector>

#include "native/augmentation/augment_options.h"
#include "native/preprocessing/input_spec.h"
#include "native/training/training_batch.h"

namespace kinetorch::training {

// binding.d.ts's AugmentedClips.
struct AugmentedClips {
  std::vector<uint8_t> data;   // N×T×H×W×3 of the input's height and width
  std::vector<float> targets;  // N×classes after mixing
};

// What a training step makes of a batch with a random state of this seed, taken back to bytes. Throws ERR_CLIP_SHAPE
// and ERR_INVALID_ARGUMENT for a batch that does not fit.
AugmentedClips augmentClips(const TrainingBatch& batch, const augmentation::AugmentOptions& options,
                            const preprocessing::InputSpec& input, int64_t numClasses, uint64_t seed);

}  // namespace kinetorch::training
