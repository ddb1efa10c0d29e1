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

// A layer on a CPU, of one kind of elements: its weights, in whatever orders they are kept, and what runs it once that
// is chosen.
class CpuLayer {
 public:
  struct Call {
    kernels::ClipSize size;
    at::Tensor input;     // channels_last_3d
    at::Tensor residual;  // likewise, of the output's shape; or undefined
    bool relu;
  };

  CpuLayer(const kernels::ConvLayer& layer, kernels::ElementKind elementKind,
           std::shared_ptr<ConvolutionContext> context)
      : layer_(layer), elementKind_(elementKind), context_(std::move(context)) {}
  virtual ~CpuLayer() = default;
  CpuLayer(const CpuLayer&) = delete;
  CpuLayer& operator=(const CpuLayer&) = delete;

  const kernels::ConvLayer& layer() const { return layer_; }
  kernels::ElementKind elementKind() const { return elementKind_; }

  // Which layer this is, for people and the plan store.
  virtual std::string name() const;
  static std::string nameOf(const kernels::ConvLayer& layer);
  // What memory holds: the numbers, and their channels.
  virtual at::ScalarType inputType() const = 0;
  virtual int64_t inputChannels() const = 0;
  virtual at::ScalarType outputType() const = 0;
  virtual int64_t outputChannels() const = 0;
  // Whether it can add this, which is of the output's size but maybe of other numbers or channels.
  virtual bool canAdd(const at::Tensor& residual) const = 0;

  // N×K×T'×H'×W', channels_last_3d. The choice must be usable.
  at::Tensor run(const ConvChoice& choice, const Call& call) {
    return choice ? runKernel(*choice, call) : runLibrary(call);
  }
  bool isUsable(const ConvChoice& choice, const kernels::ClipSize& size);
  // Whether LibTorch's own convolution may be chosen.
  virtual bool hasLibrary() const = 0;

  // What the layer and the context allow, the fewest multiplications first.
  std::vector<kernels::ConvAlgorithm> algorithms() const;
  // Null where the weights would exceed what the context allows.
  const kernels::PackedConv* packed(kernels::ConvAlgorithm algorithm);
  // Frees the packed weights of all other algorithms.
  void keepPacked(const std::function<bool(kernels::ConvAlgorithm)>& isUsed);
  // Frees the plain weights; LibTorch's convolution and what is not packed by now are not usable any more.
  virtual void releasePlain() = 0;
  // Of the float32 weights, which a frozen network counts as its own, as long as they are.
  virtual int64_t countedBytes() const = 0;
  // Of all weights that are kept; and of the plain ones alone, while they are.
  int64_t bytes() const;
  virtual int64_t plainBytes() const = 0;

  // Frees the scratch memory that running left on this thread's team; it comes again as it is needed.
  static void releaseWorkspaces();

 protected:
  // Of the plain weights; null without them.
  virtual std::unique_ptr<kernels::PackedConv> pack(kernels::ConvAlgorithm algorithm,
                                                    kernels::ParallelFor& threads) const = 0;
  // What the kernels are told beside where input, output and residual lie.
  virtual kernels::ConvArguments arguments(const Call& call) const = 0;
  virtual at::Tensor runLibrary(const Call& call) = 0;

 private:
  at::Tensor runKernel(const kernels::ConvPlan& plan, const Call& call);

  kernels::ConvLayer layer_;
  kernels::ElementKind elementKind_;
  std::shared_ptr<ConvolutionContext> context_;
  std::array<std::unique_ptr<kernels::PackedConv>, kernels::kConvAlgorithms.size()> packed_;  // by algorithm
};

}  // namespace kinetorch::network
