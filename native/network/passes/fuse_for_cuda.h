#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace kinetorch {
struct CudaApi;
}

namespace kinetorch::network {

// Rewrites the convolutions of a frozen graph, each with a bias, an addition and a ReLU that follow, to operators for
// CUDA (CudaConvolution). `library` may be null; it must outlive the graph.
void fuseForCuda(const std::shared_ptr<torch::jit::Graph>& graph, const CudaApi* library);

}  // namespace kinetorch::network
