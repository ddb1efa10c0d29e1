#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "native/kernels/conv.h"
#include "native/network/operators/convolution_context.h"
#include "native/network/operators/convolution_operator.h"
#include "native/network/operators/cpu_layer.h"
#include "native/network/operators/plan_store.h"

namespace kinetorch::network {

// A convolution with its bias, the addition of a residual, and ReLU, on a CPU: by our kernels or LibTorch's, whichever
// is faster for the size (Note [Choosing by measurement]).
//
// May run on several threads at once; a choice is made by one of them.
class CpuConvolution final : public ConvolutionOperator {
 public:
  CpuConvolution(std::unique_ptr<CpuLayer> layer, bool relu, std::shared_ptr<ConvolutionContext> context);

  // N×C×T×H×W -> N×K×T'×H'×W', channels_last_3d, as the layer has them in memory. `residual` may be undefined.
  at::Tensor run(const at::Tensor& input, const at::Tensor& residual) override;

  const CpuLayer& layer() const { return *layer_; }
  bool relu() const { return relu_; }
  std::string name() const { return layer_->name(); }

  // Forgets what was chosen for batches that will not come on so many threads.
  void forget(const std::function<bool(int64_t batch, int threads)>& isUnused);
  // What measuring left on this thread's team; it comes again as it is needed.
  static void releaseWorkspaces() { CpuLayer::releaseWorkspaces(); }
  // After the last measurement: frees the plain weights where LibTorch's convolution is not used.
  void finishMeasuring();
  // Of weights, in whatever orders they are kept; and of those that the frozen network counted, before finishMeasuring().
  int64_t bytes() const { return layer_->bytes(); }
  int64_t countedBytes() const { return layer_->countedBytes(); }

 private:
  struct SizeChoice {
    kernels::ClipSize size;
    int threads;
    ConvChoice choice;
  };
  using Call = CpuLayer::Call;

  at::Tensor run(const Call& call);
  ConvChoice choiceFor(const Call& call);
  ConvChoice measuredChoice(const Call& call);
  ConvChoice choiceByRule(const kernels::ClipSize& size);
  bool isChosen(kernels::ConvAlgorithm algorithm) const;
  std::vector<kernels::ConvAlgorithm> preferredAlgorithms() const;
  void releaseUnused();
  std::string keyOf(const Call& call) const;

  std::unique_ptr<CpuLayer> layer_;
  bool relu_;
  std::shared_ptr<ConvolutionContext> context_;
  std::vector<SizeChoice> choices_;
};

}  // namespace kinetorch::network
