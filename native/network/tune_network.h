#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <memory>
#include <vector>

#include "native/network/operators/cpu_convolution.h"
#include "native/network/optimize_options.h"
#include "native/network/torchscript_network.h"
#include "native/runtime/block_cache.h"

namespace kinetorch::network {

// What the plain network gave for a clip, and how long that took.
struct PlainRun {
  at::Tensor clip;
  at::Tensor output;
  std::chrono::duration<double, std::milli> time;
};

// Gives a float32 network's convolutions to the kernels that are fastest for the clip; where there is time, for the
// largest batch too, and chooses how threads share it. Where its outputs then differ by more than rounding from the
// plain ones, the network stays as it was, with a warning.
void tuneForCpu(TorchScriptNetwork& network, const OptimizeOptions& options, const PlainRun& plain);

// Likewise for CUDA: widths that suit tensor cores, and fewer passes over memory. Works on a CPU too.
void rewriteForCuda(TorchScriptNetwork& network, const PlainRun& plain);

// The steps of tuneForCpu.
class CpuTuner {
 public:
  CpuTuner(TorchScriptNetwork& network, const OptimizeOptions& options);

  // Whether the network runs by the kernels now.
  bool takeKernels(const PlainRun& plain);
  // By what is known, or by measuring where that is affordable.
  void chooseSharing(const PlainRun& plain);
  // Note [Sharing a batch]
  void share(BatchSharing sharing);
  // Frees what only measuring needs, and remembers what it found.
  void finish();

 private:
  using Milliseconds = std::chrono::duration<double, std::milli>;

  BatchSharing fastestSharing();
  // The shortest of a few runs; the longest there is where they fail or do not give what `expected`, where it is
  // defined, already holds.
  Milliseconds timeOf(BatchSharing sharing, const at::Tensor& clips, at::Tensor& expected);
  std::string sharingKey() const;

  TorchScriptNetwork& network_;
  const OptimizeOptions& options_;
  std::shared_ptr<ConvolutionContext> context_;
  std::vector<c10::intrusive_ptr<CpuConvolution>> layers_;
  Milliseconds slice_{0};    // of the measuring time, for a layer
  const KeptBlocks blocks_;  // as when clips are classified
};

}  // namespace kinetorch::network
