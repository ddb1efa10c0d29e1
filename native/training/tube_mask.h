#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "native/augmentation/random_state.h"
#include "native/preprocessing/input_spec.h"
#include "native/training/trainer_options.h"

namespace kinetorch::training {

// Which pixels of clips are hidden: bool N×H×W on the CPU, cells of a grid, the same in all frames of a clip, so that
// what is hidden cannot be copied from the frame before (Tong et al. 2022, "VideoMAE"). Of each clip's cells the whole
// part of `ratio` of them, those with the smallest of as many uniform numbers.
at::Tensor drawTubeMask(int64_t clips, const MaskOptions& options, const preprocessing::InputSpec& input,
                        augmentation::RandomState& random);

}  // namespace kinetorch::training
