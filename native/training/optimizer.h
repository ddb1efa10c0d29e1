#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "native/training/trainer_options.h"

namespace kinetorch {

// SGD with momentum, or AdamW, in LibTorch's fused steps. Weight decay acts on weights of convolutions and linear
// layers (two dimensions or more); biases and batch-norm's scales and shifts are left out of it.
class Optimizer {
 public:
  Optimizer(std::vector<at::Tensor> parameters, const OptimizerOptions& options);

  // Takes one step along the parameters' gradients. A parameter without a gradient is left as it is.
  void step(double learningRate);
  // Frees the gradients.
  void clearGradients();

  // Everything beyond the parameters that the next step depends on, in a fixed order. The tensors are the live ones:
  // copy into them to restore.
  std::vector<at::Tensor> state() const;

 private:
  struct Slot {
    at::Tensor parameter;
    at::Tensor first;   // SGD: momentum buffer, if any. AdamW: mean of the gradients. Like the parameter.
    at::Tensor second;  // AdamW: mean of their squares. Like the parameter.
    at::Tensor steps;   // AdamW: float32 scalar
  };

  void stepGroup(const std::vector<Slot>& group, double weightDecay, double learningRate);

  OptimizerOptions options_;
  std::vector<Slot> decayed_;
  std::vector<Slot> undecayed_;
};

// Scales all gradients together so that their global L2 norm is at most `maxNorm` (0: not at all). Returns the norm
// before that.
double clipGradients(const std::vector<at::Tensor>& parameters, double maxNorm);

}  // namespace kinetorch
