#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "native/kernels/conv.h"

namespace kinetorch::network {

// N×C×T×H×W of float32, or one clip without N -> bytes that layers in int8 read (Note [Layers in int8]).
at::Tensor quantise(const at::Tensor& numbers, const kernels::Quantisation& format);

// And back, without the channels beyond `channels`.
at::Tensor dequantise(const at::Tensor& bytes, const kernels::Quantisation& format, int64_t channels);

}  // namespace kinetorch::network
