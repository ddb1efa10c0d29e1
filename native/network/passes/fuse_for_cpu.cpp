#include "native/network/passes/fuse_for_cpu.h"

#include <memory>

#include "native/network/operators/float32_layer.h"
#include "native/network/passes/replace_convolutions.h"
#include "native/network/passes/suitable_convolution.h"

namespace kinetorch::network {

std::vector<c10::intrusive_ptr<CpuConvolution>> fuseForCpu(const std::shared_ptr<torch::jit::Graph>& graph,
                                                           const std::shared_ptr<ConvolutionContext>& context) {
  std::vector<c10::intrusive_ptr<CpuConvolution>> layers;
  replaceConvolutions(graph, suitsKernels, [&](const Convolution3d& found, bool relu) {
    layers.push_back(c10::make_intrusive<CpuConvolution>(
        std::make_unique<Float32Layer>(found.weight, found.bias, layerOf(found), context), relu, context));
    return layers.back();
  });
  return layers;
}

}  // namespace kinetorch::network
