#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <vector>

#include "native/network/operators/cpu_convolution.h"

namespace kinetorch::network {

// Rewrites the float32 convolutions of a frozen graph on a CPU, each with a bias, an addition and a ReLU that follow,
// for the kernels. Whatever does not match stays as it is. Gives the convolutions that were rewritten, in order.
std::vector<c10::intrusive_ptr<CpuConvolution>> fuseForCpu(const std::shared_ptr<torch::jit::Graph>& graph,
                                                           const std::shared_ptr<ConvolutionContext>& context);

}  // namespace kinetorch::network
