#pragma once

#include <ATen/core/Tensor.h>

#include "native/preprocessing/clip.h"
#include "native/preprocessing/crop_plan.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::preprocessing {

// Resized [height, width] of an h×w frame: both sides as given, or the short side as given and the long one in
// proportion, rounded down (torchvision's Resize). Throws ERR_CLIP_SHAPE where the long side would get out of hand.
std::array<int64_t, 2> resizedSize(const std::vector<int64_t>& resize, int64_t height, int64_t width);

// `count` of `available` frames, evenly, the first and the last included (pytorchvideo's uniform_temporal_subsample).
std::vector<int64_t> pickFrames(int64_t available, int64_t count);

// Throws ERR_CLIP_SHAPE.
CropPlan cropOf(const Clip& clip, const CropPosition& position, const InputSpec& input);

// Throws ERR_CLIP_DATA where one of the `picked` frames of a float clip holds NaN or Inf.
void checkFinite(const Clip& clip, const std::vector<int64_t>& picked);

// torchvision's VideoClassification preset: resize, crop, scale to [0, 1], normalise. Picks `input.frames` frames
// evenly where the clip has another number (pickFrames). Works on the CPU. Writes slot `index` of `batch`, N×3×T×H×W in
// channels_last_3d. Throws ERR_CLIP_SHAPE, and ERR_CLIP_DATA where a float clip holds NaN or Inf.
void preprocessClip(const Clip& clip, const CropPosition& crop, const InputSpec& input, const at::Tensor& batch,
                    int64_t index);

}  // namespace kinetorch::preprocessing
