#pragma once

#include "native/preprocessing/clip_batch.h"
#include "native/preprocessing/crop_plan.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::preprocessing {

// Writes the crop of clip `index` to `out`, uint8 T×H×W×3 of the input's size: box, bilinear resize with
// align_corners=false and, where the input says so, antialias, rounded to whole values, window and flip in one pass.
void cropClip(const ClipBatch& clips, int64_t index, const CropPlan& crop, const InputSpec& input, uint8_t* out);

}  // namespace kinetorch::preprocessing
