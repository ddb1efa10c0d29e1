#include "native/network/passes/fuse_for_cuda.h"

#include "native/network/operators/cuda_convolution.h"
#include "native/network/passes/replace_convolutions.h"

namespace kinetorch::network {

void fuseForCuda(const std::shared_ptr<torch::jit::Graph>& graph, const CudaApi* library) {
  replaceConvolutions(
      graph, [](const Convolution3d&) { return true; },
      [library](const Convolution3d& found, bool relu) {
        return c10::make_intrusive<CudaConvolution>(found, relu, library);
      });
}

}  // namespace kinetorch::network
