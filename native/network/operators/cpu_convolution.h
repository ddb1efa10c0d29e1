#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "native/kernels/conv.h"
#include "native/network/operators/plan_store.h"
#include "native/network/optimize_options.h"
#include "native/network/passes/replace_convolutions.h"

namespace kinetorch::network {

// What the convolutions of one network share.
class ConvolutionContext {
 public:
  ConvolutionContext(Optimization level, std::string planPath, int64_t maxWeightBytes)
      : level_(level), maxWeightBytes_(maxWeightBytes), store_(std::move(planPath)) {}

  bool allows(kernels::ConvAlgorithm algorithm) const;
  Optimization level() const { return level_; }
  PlanStore& store() { return store_; }
  // How long a convolution may measure what suits a size that it has not met; 0: it goes by what is known.
  void setMeasuringTime(std::chrono::duration<double> time) { measuringTime_ = time; }
  std::chrono::duration<double> measuringTime() const { return measuringTime_; }

  // Whether so many more bytes of packed weights may be kept; they are counted if so.
  bool reserveWeights(int64_t bytes);
  void releaseWeights(int64_t bytes) { weightBytes_ -= bytes; }

  // Whoever meets a new size holds it while it chooses a plan.
  std::mutex& mutex() { return mutex_; }

 private:
  Optimization level_;
  int64_t maxWeightBytes_;
  int64_t weightBytes_ = 0;
  PlanStore store_;
  std::chrono::duration<double> measuringTime_{0};
  std::mutex mutex_;
};

// A convolution with its bias, the addition of a residual, and ReLU, in float32 on a CPU.
//
// Note [Choosing by measurement]
// Which algorithm and which blocks are fastest depends on layer, size and machine, and no rule that we know finds them.
// So while the context lets it, a convolution that meets a new size times its candidates on that very input, LibTorch's
// own among them, and remembers the fastest; equal layers share what one of them found. Other sizes take the algorithm
// that was best for a size that was measured, with blocks from the sizes of the caches.
//
// May run on several threads at once; a choice is made by one of them.
class FusedConvolution final : public ConvolutionOperator {
 public:
  // `weight` is K×C/groups×kT×kH×kW, `bias` K numbers or undefined.
  FusedConvolution(at::Tensor weight, at::Tensor bias, const kernels::ConvLayer& layer, bool relu,
                   std::shared_ptr<ConvolutionContext> context);

  // N×C×T×H×W -> N×K×T'×H'×W', channels_last_3d. `residual` may be undefined.
  at::Tensor run(const at::Tensor& input, const at::Tensor& residual) override;

  // Which layer this is, for people and the plan store.
  std::string name() const;

  // Forgets what was chosen for batches that will not come on so many threads.
  void forget(const std::function<bool(int64_t batch, int threads)>& isUnused);
  // What measuring left on this thread's team; it comes again as it is needed.
  static void releaseWorkspaces();
  // After the last measurement: frees the plain weights where LibTorch's convolution is not used.
  void finishMeasuring();
  // Of weights, in whatever orders they are kept; and of the plain ones alone, while they are.
  int64_t bytes() const;
  int64_t plainBytes() const { return weight_.defined() ? static_cast<int64_t>(weight_.nbytes()) : 0; }

 private:
  struct Choice {
    kernels::ClipSize size;
    int threads;
    PlanStore::Plan plan;
  };
  struct Call {
    kernels::ClipSize size;
    at::Tensor input;     // channels_last_3d
    at::Tensor residual;  // likewise, of the output's shape; or undefined
    bool relu;
  };

  at::Tensor run(const Call& call);
  PlanStore::Plan planFor(const Call& call);
  PlanStore::Plan measuredPlan(const Call& call);
  PlanStore::Plan planByRule(const kernels::ClipSize& size);
  bool isUsable(const PlanStore::Plan& plan, const kernels::ClipSize& size);
  at::Tensor run(const PlanStore::Plan& plan, const Call& call);
  double time(const PlanStore::Plan& plan, const Call& call, double best);
  at::Tensor runKernel(const kernels::ConvPlan& plan, const Call& call);
  at::Tensor runLibrary(const Call& call);
  std::vector<kernels::ConvAlgorithm> algorithms() const;
  std::vector<kernels::ConvAlgorithm> preferredAlgorithms() const;
  // Null where the weights would exceed what the context allows.
  const kernels::PackedConv* packed(kernels::ConvAlgorithm algorithm);
  void releaseUnused();
  std::string keyOf(const Call& call) const;

  at::Tensor weight_;  // undefined once nothing needs it
  at::Tensor bias_;
  kernels::ConvLayer layer_;
  bool relu_;
  std::shared_ptr<ConvolutionContext> context_;
  std::array<std::unique_ptr<kernels::PackedConv>, 4> packed_;  // by algorithm
  std::vector<Choice> choices_;
};

}  // namespace kinetorch::network
