#include "native/network/operators/int8_layer.h"

#include <ATen/ATen.h>

#include <stdexcept>
#include <utility>

#include "native/network/int8_weight.h"

namespace kinetorch::network {
Int8Layer::Int8Layer(const at::Tensor& weight, at::Tensor bias, const kernels::ConvLayer& layer,
                     const Int8Format& format, std::shared_ptr<ConvolutionContext> context)
    : CpuLayer(layer, kernels::ElementKind::kInt8, std::move(context)),
      bias_(bias.defined() ? bias.contiguous() : std::move(bias)),
      format_(format),
      countedBytes_(static_cast<int64_t>(weight.nbytes())) {
  const Int8Weight rounded = int8WeightOf(weight);
  weight_ = rounded.values.contiguous();
  steps_ = rounded.step.flatten().contiguous();
}

// What is written and added is bytes or not, which changes what is fastest.
std::string Int8Layer::name() const {
  return CpuLayer::name() + (format_.output ? " to int8" : "") + (format_.residual ? " adding int8" : "");
}

int64_t Int8Layer::outputChannels() const {
  return format_.output ? kernels::storedChannels(layer().outputChannels) : layer().outputChannels;
}

bool Int8Layer::canAdd(const at::Tensor& residual) const {
  return format_.residual ? residual.scalar_type() == at::kByte &&
                                residual.size(1) == kernels::storedChannels(layer().outputChannels)
                          : residual.scalar_type() == at::kFloat && residual.size(1) == layer().outputChannels;
}

std::unique_ptr<kernels::PackedConv> Int8Layer::pack(kernels::ConvAlgorithm algorithm,
                                                     kernels::ParallelFor& threads) const {
  if (!weight_.defined()) return nullptr;
  return std::make_unique<kernels::PackedConv>(
      layer(), algorithm, weight_.const_data_ptr<int8_t>(), steps_.const_data_ptr<float>(),
      bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, format_.input, threads);
}

kernels::ConvArguments Int8Layer::arguments(const Call& call) const {
  kernels::ConvArguments arguments;
  arguments.outputQuantisation = format_.output;
  arguments.residualIsFloat = call.residual.defined() && !format_.residual;
  if (format_.residual) arguments.residualQuantisation = *format_.residual;
  return arguments;
}

at::Tensor Int8Layer::runLibrary(const Call&) { throw std::logic_error("LibTorch is not asked for int8 layers"); }

}  // namespace kinetorch::network
