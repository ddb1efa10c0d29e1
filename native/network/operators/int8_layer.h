#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "native/network/operators/cpu_layer.h"

namespace kinetorch::network {

// How bytes stand for the numbers that an int8 layer reads and gives.
struct Int8Format {
  kernels::Quantisation input;
  std::optional<kernels::Quantisation> residual;  // float32 without
  std::optional<kernels::Quantisation> output;    // float32 without
};

// Note [Layers in int8]
// Activations are bytes with one step and zero for a tensor, channels_last_3d with channels that are filled up to
// kernels::storedChannels(). Weights are quantised here, symmetrically, with one step for each output channel: its
// largest weight is 127 steps. So weights that a quantised file has rounded to such steps come out as they were.
class Int8Layer final : public CpuLayer {
 public:
  // `weight` is K×C/groups×kT×kH×kW of float32, `bias` K numbers or undefined.
  Int8Layer(const at::Tensor& weight, at::Tensor bias, const kernels::ConvLayer& layer, const Int8Format& format,
            std::shared_ptr<ConvolutionContext> context);

  std::string name() const override;
  at::ScalarType inputType() const override { return at::kByte; }
  int64_t inputChannels() const override { return kernels::storedChannels(layer().inputChannels); }
  at::ScalarType outputType() const override { return format_.output ? at::kByte : at::kFloat; }
  int64_t outputChannels() const override;
  bool canAdd(const at::Tensor& residual) const override;
  bool hasLibrary() const override { return false; }
  void releasePlain() override { weight_ = at::Tensor(); }
  int64_t countedBytes() const override { return countedBytes_; }
  int64_t plainBytes() const override { return weight_.defined() ? static_cast<int64_t>(weight_.nbytes()) : 0; }

 private:
  std::unique_ptr<kernels::PackedConv> pack(kernels::ConvAlgorithm algorithm,
                                            kernels::ParallelFor& threads) const override;
  kernels::ConvArguments arguments(const Call& call) const override;
  at::Tensor runLibrary(const Call& call) override;

  at::Tensor weight_;  // int8; undefined once nothing needs it
  at::Tensor steps_;   // of the output channels' weights
  at::Tensor bias_;
  Int8Format format_;
  int64_t countedBytes_;
};

}  // namespace kinetorch::network
