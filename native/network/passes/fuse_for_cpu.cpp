#include "native/network/passes/fuse_for_cpu.h"

#include "native/network/passes/replace_convolutions.h"

namespace kinetorch::network {

std::vector<c10::intrusive_ptr<CpuConvolution>> fuseForCpu(const std::shared_ptr<torch::jit::Graph>& graph,
                                                           const std::shared_ptr<ConvolutionContext>& context) {
  const auto isForTheKernels = [](const at::Tensor& tensor) {
    return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat && tensor.layout() == at::kStrided;
  };
  const auto isSuitable = [&](const Convolution3d& found) {
    return isForTheKernels(found.weight) && (!found.bias.defined() || isForTheKernels(found.bias)) &&
           found.dilation == std::array<int64_t, 3>{1, 1, 1};
  };
  std::vector<c10::intrusive_ptr<CpuConvolution>> layers;
  replaceConvolutions(graph, isSuitable, [&](const Convolution3d& found, bool relu) {
    kernels::ConvLayer layer;
    layer.groups = found.groups;
    layer.inputChannels = found.weight.size(1) * found.groups;
    layer.outputChannels = found.weight.size(0);
    layer.kernel = {found.weight.size(2), found.weight.size(3), found.weight.size(4)};
    layer.stride = found.stride;
    layer.padding = found.padding;
    layers.push_back(c10::make_intrusive<CpuConvolution>(found.weight, found.bias, layer, relu, context));
    return layers.back();
  });
  return layers;
}

}  // namespace kinetorch::network
