#pragma once

#include <cstdint>
#include <vector>

#include "native/model/model_file.h"
#include "native/preprocessing/input_spec.h"
#include "native/training/trainer_options.h"
#include "native/training/training_batch.h"

namespace kinetorch::training {

// binding.d.ts's ReconstructedClips: uint8 N×T×H×W×3 of the input's height and width.
struct ReconstructedClips {
  std::vector<uint8_t> original;
  std::vector<uint8_t> seen;
  std::vector<uint8_t> reconstructed;
};

// For people to look at: the centre crops of clips, as a reconstruction network sees them, in the input's mean colour
// where they are hidden, and what it makes of them. One of masked reconstruction predicts normalised cells, which get
// the mean and deviation of those that were there. Throws ERR_UNSUPPORTED for a network without a decoder,
// ERR_CLIP_SHAPE.
ReconstructedClips reconstructClips(const model::ModelFile& file, const TrainingBatch& batch,
                                    const preprocessing::InputSpec& input, const MaskOptions& mask, uint64_t seed);

}  // namespace kinetorch::training
