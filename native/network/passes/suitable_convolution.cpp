#include "native/network/passes/suitable_convolution.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>

namespace kinetorch::network {
namespace {

bool isForTheKernels(const at::Tensor& tensor) {
  return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat && tensor.layout() == at::kStrided;
}

}  // namespace

bool suitsKernels(const Convolution3d& convolution) {
  const auto& [weight, bias, stride, padding, dilation, groups] = convolution;
  // Where no clip has come by, LibTorch has not said what is wrong.
  const bool hasBiasForEach = !bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0));
  return isForTheKernels(weight) && weight.numel() > 0 && groups > 0 && weight.size(0) % groups == 0 &&
         hasBiasForEach && (!bias.defined() || isForTheKernels(bias)) && dilation == std::array<int64_t, 3>{1, 1, 1};
}

bool layerSuitsInt8(const kernels::ConvLayer& layer) {
  const auto& all = kernels::kConvAlgorithms;
  return std::any_of(all.begin(), all.end(), [&](kernels::ConvAlgorithm each) {
    return kernels::supports(layer, each, kernels::ElementKind::kInt8);
  });
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
