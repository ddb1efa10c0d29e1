#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>

#include "native/architectures/layer_factory.h"

namespace kinetorch {

// r2plus1d_dw: Kinetorch's own small network for CPUs, a depthwise-separable R(2+1)D. Each block filters in space
// (depthwise 1×3×3), then in time (depthwise 3×1×1), then mixes channels (pointwise 1×1×1).
torch::jit::Module buildDepthwiseResNet(LayerFactory& factory, int64_t numClasses);

}  // namespace kinetorch
