#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace kinetorch::model {

// What a model gave for one clip. Throws ERR_MODEL_FORWARD where it is no row of logits, ERR_MODEL_METADATA where these
// are not `numClasses`.
void checkLogits(const at::Tensor& logits, const at::Tensor& clip, int64_t numClasses);

}  // namespace kinetorch::model
