#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "native/preprocessing/clip_batch.h"

namespace kinetorch::preprocessing {

// The clips' bytes on a device, uint8 N×T×H×W×3; the copy there is only enqueued, on its current stream.
at::Tensor uploadClips(const ClipBatch& clips, c10::Device device);

}  // namespace kinetorch::preprocessing
