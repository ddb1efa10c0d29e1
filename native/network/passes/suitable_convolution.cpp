#include "native/network/passes/suitable_convolution.h"

#include <ATen/ATen.h>

namespace kinetorch::network {
namespace {

bool isForTheKernels(const at::Tensor& tensor) {
  return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat && tensor.layout() == at::kStrided;
}

}  // namespace

bool suitsKernels(const Convolution3d& convolution) {
  return isForTheKernels(convolution.weight) && (!convolution.bias.defined() || isForTheKernels(convolution.bias)) &&
         convolution.dilation == std::array<int64_t, 3>{1, 1, 1};
}

bool layerSuitsInt8(const kernels::ConvLayer& layer) {
  return layer.groups == 1 || (layer.groups == layer.inputChannels && layer.groups == layer.outputChannels);
}

bool suitsInt8(const Convolution3d& convolution) {
  return suitsKernels(convolution) && layerSuitsInt8(layerOf(convolution));
}

kernels::ConvLayer layerOf(const Convolution3d& convolution) {
  kernels::ConvLayer layer;
  layer.groups = convolution.groups;
  layer.inputChannels = convolution.weight.size(1) * convolution.groups;
  layer.outputChannels = convolution.weight.size(0);
  layer.kernel = {convolution.weight.size(2), convolution.weight.size(3), convolution.weight.size(4)};
  layer.stride = convolution.stride;
  layer.padding = convolution.padding;
  return layer;
}

}  // namespace kinetorch::network
