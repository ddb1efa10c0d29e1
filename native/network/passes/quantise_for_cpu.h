#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <vector>

#include "native/network/operators/cpu_convolution.h"
#include "native/network/quantisation.h"

namespace kinetorch::network {

// Gives the convolutions that fuseForCpu() has rewritten, `layers`, to int8 where `quantisation` says so, which has an
// entry for each that suits int8, and where there is a kernel. Bytes go straight from one such layer to the next; what
// else reads or gives them stays float32. Gives all layers, in their order. Throws ERR_MODEL_METADATA where there are
// more entries or fewer.
std::vector<c10::intrusive_ptr<CpuConvolution>> quantiseForCpu(
    const std::shared_ptr<torch::jit::Graph>& graph, const std::vector<c10::intrusive_ptr<CpuConvolution>>& layers,
    const NetworkQuantisation& quantisation, const std::shared_ptr<ConvolutionContext>& context);

}  // namespace kinetorch::network
