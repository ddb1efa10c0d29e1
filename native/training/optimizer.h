#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "native/training/trainer_options.h"

namespace kinetorch::training {

// Parameters that are stepped alike.
struct ParameterGroup {
  std::vector<at::Tensor> parameters;
  double weightDecay = 0;
  double rate = 1;  // factor on the learning rate
};

// SGD with momentum, or AdamW, in LibTorch's fused steps. The weight decay is the groups' own, not the options'.
class Optimizer {
 public:
  Optimizer(std::vector<ParameterGroup> groups, const OptimizerOptions& options);

  // Takes one step along the parameters' gradients. A parameter without a gradient is left as it is.
  void step(double learningRate);
  // Frees the gradients.
  void clearGradients();

  // All that are stepped.
  std::vector<at::Tensor> parameters() const;
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

  struct Group {
    std::vector<Slot> slots;
    double weightDecay;
    double rate;
  };

  // The lists that a fused step takes.
  struct Step {
    std::vector<at::Tensor> parameters, gradients, first, second, counts;
  };

  Step stepOf(const Group& group) const;
  void take(const Step& step, const Group& group, double learningRate) const;

  OptimizerOptions options_;
  std::vector<Group> groups_;
};

// Of those parameters that have one; the live ones.
std::vector<at::Tensor> gradientsOf(const std::vector<at::Tensor>& parameters);

void scaleGradients(const std::vector<at::Tensor>& parameters, double factor);

// The global L2 norm of all gradients, a float64 scalar on their device.
at::Tensor gradientNorm(const std::vector<at::Tensor>& parameters);

}  // namespace kinetorch::training
