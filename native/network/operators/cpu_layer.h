#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "native/kernels/conv.h"
#include "native/network/operators/convolution_context.h"
#include "native/network/operators/plan_store.h"

namespace kinetorch::network {

// A layer of float32 on a CPU: its weights, in whatever orders they are kept, and what runs it once that is chosen.
class CpuLayer {
 public:
  static constexpr kernels::ElementKind kElementKind = kernels::ElementKind::kFloat32;

  struct Call {
    kernels::ClipSize size;
    at::Tensor input;     // channels_last_3d
    at::Tensor residual;  // likewise, of the output's shape; or undefined
    bool relu;
  };

  // `weight` is K×C/groups×kT×kH×kW, `bias` K numbers or undefined.
  CpuLayer(at::Tensor weight, at::Tensor bias, const kernels::ConvLayer& layer,
           std::shared_ptr<ConvolutionContext> context);

  const kernels::ConvLayer& layer() const { return layer_; }

  // N×K×T'×H'×W', channels_last_3d. The choice must be usable.
  at::Tensor run(const ConvChoice& choice, const Call& call);
  bool isUsable(const ConvChoice& choice, const kernels::ClipSize& size);

  // What the layer and the context allow, the fewest multiplications first.
  std::vector<kernels::ConvAlgorithm> algorithms() const;
  // Null where the weights would exceed what the context allows.
  const kernels::PackedConv* packed(kernels::ConvAlgorithm algorithm);
  // Frees the packed weights of all other algorithms.
  void keepPacked(const std::function<bool(kernels::ConvAlgorithm)>& isUsed);
  // Frees the plain weights; LibTorch's convolution and what is not packed by now are not usable any more.
  void releasePlain() { weight_ = at::Tensor(); }
  // Of all weights that are kept; and of the plain ones alone, while they are.
  int64_t bytes() const;
  int64_t plainBytes() const { return weight_.defined() ? static_cast<int64_t>(weight_.nbytes()) : 0; }

  // Frees the scratch memory that running left on this thread's team; it comes again as it is needed.
  static void releaseWorkspaces();

 private:
  at::Tensor runKernel(const kernels::ConvPlan& plan, const Call& call);
  at::Tensor runLibrary(const Call& call);

  at::Tensor weight_;  // undefined once nothing needs it
  at::Tensor bias_;
  kernels::ConvLayer layer_;
  std::shared_ptr<ConvolutionContext> context_;
  std::array<std::unique_ptr<kernels::PackedConv>, kernels::kConvAlgorithms.size()> packed_;  // by algorithm
};

}  // namespace kinetorch::network
