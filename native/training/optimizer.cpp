#include "native/training/optimizer.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <limits>
#include <utility>

namespace kinetorch {
namespace {

// The fused steps walk raw memory, so a gradient must lie in memory as its parameter does.
at::Tensor gradientLike(const at::Tensor& parameter) {
  const at::Tensor& gradient = parameter.grad();
  if (gradient.strides() == parameter.strides()) return gradient;
  at::Tensor copy = at::empty_like(parameter);
  copy.copy_(gradient);
  return copy;
}

std::vector<at::Tensor> gradientsOf(const std::vector<at::Tensor>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  return gradients;
}

// Plain SGD keeps no buffers; LibTorch's fused step refuses some for it.
bool usesMomentum(const OptimizerOptions& options) {
  return options.kind == OptimizerKind::kAdamW || options.momentum > 0;
}

}  // namespace

Optimizer::Optimizer(std::vector<ParameterGroup> groups, const OptimizerOptions& options) : options_(options) {
  at::NoGradGuard noGrad;
  for (ParameterGroup& group : groups) {
    std::vector<Slot> slots;
    for (at::Tensor& parameter : group.parameters) {
      Slot slot;
      if (usesMomentum(options_)) slot.first = at::zeros_like(parameter);
      if (options_.kind == OptimizerKind::kAdamW) {
        slot.second = at::zeros_like(parameter);
        slot.steps = at::zeros({}, parameter.options().dtype(at::kFloat));
      }
      slot.parameter = std::move(parameter);
      slots.push_back(std::move(slot));
    }
    groups_.push_back({std::move(slots), group.weightDecay, group.rate});
  }
}

void Optimizer::step(double learningRate) {
  at::NoGradGuard noGrad;
  for (const Group& group : groups_) stepGroup(group, learningRate * group.rate);
}

void Optimizer::stepGroup(const Group& group, double learningRate) {
  std::vector<at::Tensor> parameters, gradients, first, second, steps;
  for (const Slot& slot : group.slots) {
    if (!slot.parameter.grad().defined()) continue;
    parameters.push_back(slot.parameter);
    gradients.push_back(gradientLike(slot.parameter));
    if (slot.first.defined()) first.push_back(slot.first);
    if (options_.kind == OptimizerKind::kAdamW) {
      slot.steps.add_(1);
      second.push_back(slot.second);
      steps.push_back(slot.steps);
    }
  }
  if (parameters.empty()) return;
  if (options_.kind == OptimizerKind::kAdamW) {
    at::_fused_adamw_(parameters, gradients, first, second, /*max_exp_avg_sqs=*/{}, steps, learningRate, options_.beta1,
                      options_.beta2, group.weightDecay, options_.epsilon, /*amsgrad=*/false, /*maximize=*/false);
  } else {
    // Momentum buffers begin at zero, which gives the first step's buffer its gradient, so no step is special.
    at::_fused_sgd_(parameters, gradients, first, group.weightDecay, options_.momentum, learningRate, /*dampening=*/0,
                    options_.nesterov, /*maximize=*/false, /*is_first_step=*/false);
  }
}

void Optimizer::clearGradients() {
  for (const Group& group : groups_) {
    for (const Slot& slot : group.slots) slot.parameter.mutable_grad().reset();
  }
}

std::vector<at::Tensor> Optimizer::parameters() const {
  std::vector<at::Tensor> parameters;
  for (const Group& group : groups_) {
    for (const Slot& slot : group.slots) parameters.push_back(slot.parameter);
  }
  return parameters;
}

std::vector<at::Tensor> Optimizer::state() const {
  std::vector<at::Tensor> tensors;
  for (const Group& group : groups_) {
    for (const Slot& slot : group.slots) {
      if (slot.first.defined()) tensors.push_back(slot.first);
      if (options_.kind != OptimizerKind::kAdamW) continue;
      tensors.push_back(slot.second);
      tensors.push_back(slot.steps);
    }
  }
  return tensors;
}

void scaleGradients(const std::vector<at::Tensor>& parameters, double factor) {
  at::NoGradGuard noGrad;
  const std::vector<at::Tensor> gradients = gradientsOf(parameters);
  if (factor != 1 && !gradients.empty()) at::_foreach_mul_(gradients, factor);
}

double clipGradients(const std::vector<at::Tensor>& parameters, double maxNorm) {
  at::NoGradGuard noGrad;
  const std::vector<at::Tensor> gradients = gradientsOf(parameters);
  if (gradients.empty()) return 0;
  const double norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)), 2).item<double>();
  // A norm that is not finite is the caller's to refuse: scaling by it would turn good gradients into NaN.
  if (maxNorm > 0 && norm > maxNorm && norm < std::numeric_limits<double>::infinity()) {
    at::_foreach_mul_(gradients, maxNorm / norm);
  }
  return norm;
}

}  // namespace kinetorch
