#pragma once

#include <optional>

#include "native/augmentation/augment_options.h"
#include "native/augmentation/clip_plan.h"
#include "native/augmentation/random_state.h"
#include "native/preprocessing/clip_batch.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::augmentation {

// A plan for a clip of `clips`; `flip` is its probability of a flip, none where clips aren't flipped at all. Draws in
// the order that Note [Order of random numbers] gives.
ClipPlan drawClipPlan(const preprocessing::ClipBatch& clips, const AugmentOptions& options, std::optional<double> flip,
                      const preprocessing::InputSpec& input, RandomState& random);

}  // namespace kinetorch::augmentation
