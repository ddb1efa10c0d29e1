#pragma once

#include "native/kernels/conv.h"
#include "native/network/operators/convolution3d.h"

namespace kinetorch::network {

// Whether the kernels for a CPU can run it: float32, not dilated.
bool suitsKernels(const Convolution3d& convolution);

// Whether there is a kernel in int8 for it too: all channels are in one group, or each in its own and the sides are 1 or 3.
bool suitsInt8(const Convolution3d& convolution);
bool layerSuitsInt8(const kernels::ConvLayer& layer);

// As the kernels know it.
kernels::ConvLayer layerOf(const Convolution3d& convolution);

}  // namespace kinetorch::network
