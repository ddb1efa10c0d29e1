#include "native/network/operators/float32_layer.h"

#include <ATen/ATen.h>

#include <utility>

#include "native/network/operators/library_convolution.h"

namespace kinetorch::network {

Float32Layer::Float32Layer(at::Tensor weight, at::Tensor bias, const kernels::ConvLayer& layer,
                           std::shared_ptr<ConvolutionContext> context)
    : CpuLayer(layer, kernels::ElementKind::kFloat32, std::move(context)),
      weight_(std::move(weight)),
      bias_(std::move(bias)) {}

std::unique_ptr<kernels::PackedConv> Float32Layer::pack(kernels::ConvAlgorithm algorithm,
                                                        kernels::ParallelFor& threads) const {
  if (!weight_.defined()) return nullptr;
  const at::Tensor weight = weight_.contiguous();
  return std::make_unique<kernels::PackedConv>(layer(), algorithm, weight.const_data_ptr<float>(),
                                               bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, threads);
}

at::Tensor Float32Layer::runLibrary(const Call& call) {
  const kernels::ConvLayer& own = layer();
  at::Tensor output = libraryConvolution(call.input, {weight_, bias_, own.stride, own.padding, {1, 1, 1}, own.groups});
  if (call.residual.defined()) output.add_(call.residual);
  return call.relu ? output.relu_() : output;
}

}  // namespace kinetorch::network
