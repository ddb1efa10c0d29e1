#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "native/preprocessing/clip_batch.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::preprocessing {

// What a network in training is evaluated on: the centre crop of clips that are resized already (torchvision's,
// (size - crop) / 2 rounded half to even), normalised: float32 N×3×T×H×W on `device`, channels_last_3d. The clips are
// at least of the input's height and width and have its frames.
at::Tensor preprocessBatch(const ClipBatch& clips, const InputSpec& input, c10::Device device);

// The same of uint8 N×T×H×W×3 where they lie, by LibTorch's operators; preprocessBatch()'s way beside the CPU.
at::Tensor preprocessTensors(const at::Tensor& clips, const InputSpec& input);

}  // namespace kinetorch::preprocessing
