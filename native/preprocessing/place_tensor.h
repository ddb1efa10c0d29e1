#pragma once

#include <ATen/core/Tensor.h>

#include "native/preprocessing/clip_tensor.h"

namespace kinetorch::preprocessing {

// Throws ERR_CLIP_DATA where the tensor holds NaN or Inf.
void checkFinite(const ClipTensor& tensor);

// Writes the tensor to `slot`, 3×T×H×W of a batch on the CPU. Throws ERR_CLIP_DATA.
void placeTensor(const ClipTensor& tensor, const at::Tensor& slot);

}  // namespace kinetorch::preprocessing
