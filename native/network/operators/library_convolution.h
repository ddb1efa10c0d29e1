#pragma once

#include <ATen/core/Tensor.h>

#include "native/network/operators/convolution3d.h"

namespace kinetorch::network {

// LibTorch's own convolution on a CPU, N×C×T×H×W -> N×K×T'×H'×W', by the fastest way that it has.
at::Tensor libraryConvolution(const at::Tensor& input, const Convolution3d& convolution);

}  // namespace kinetorch::network
