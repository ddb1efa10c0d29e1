#pragma once

#include <memory>

#include "native/network/operators/cpu_layer.h"

namespace kinetorch::network {

class Float32Layer final : public CpuLayer {
 public:
  // `weight` is K×C/groups×kT×kH×kW, `bias` K numbers or undefined.
  Float32Layer(at::Tensor weight, at::Tensor bias, const kernels::ConvLayer& layer,
               std::shared_ptr<ConvolutionContext> context);

  at::ScalarType inputType() const override { return at::kFloat; }
  int64_t inputChannels() const override { return layer().inputChannels; }
  at::ScalarType outputType() const override { return at::kFloat; }
  int64_t outputChannels() const override { return layer().outputChannels; }
  bool canAdd(const at::Tensor& residual) const override {
    return residual.scalar_type() == at::kFloat && residual.size(1) == outputChannels();
  }
  bool hasLibrary() const override { return weight_.defined(); }
  void releasePlain() override { weight_ = at::Tensor(); }
  int64_t countedBytes() const override { return plainBytes(); }
  int64_t plainBytes() const override { return weight_.defined() ? static_cast<int64_t>(weight_.nbytes()) : 0; }

  // Undefined once nothing needs it.
  const at::Tensor& weight() const { return weight_; }
  const at::Tensor& bias() const { return bias_; }

 private:
  std::unique_ptr<kernels::PackedConv> pack(kernels::ConvAlgorithm algorithm,
                                            kernels::ParallelFor& threads) const override;
  kernels::ConvArguments arguments(const Call&) const override { return {}; }
  at::Tensor runLibrary(const Call& call) override;

  at::Tensor weight_;
  at::Tensor bias_;
};

}  // namespace kinetorch::network
