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

// Plain SGD keeps no buffers; LibTorch's fused step refuses some for it.
bool usesMomentum(const OptimizerOptions& options) {
  return options.kind == OptimizerKind::kAdamW || options.momentum > 0;
}

}  // namespace

Optimizer::Optimizer(std::vector<at::Tensor> parameters, const OptimizerOptions& options) : options_(options) {
  at::NoGradGuard noGrad;
  for (at::Tensor& parameter : parameters) {
    Slot slot;
    if (usesMomentum(options_)) slot.first = at::zeros_like(parameter);
    if (options_.kind == OptimizerKind::kAdamW) {
      slot.second = at::zeros_like(parameter);
      slot.steps = at::zeros({}, parameter.options().dtype(at::kFloat));
    }
    auto& group = parameter.dim() >= 2 ? decayed_ : undecayed_;
    slot.parameter = std::move(parameter);
    group.push_back(std::move(slot));
  }
}

void Optimizer::step(double learningRate) {
  at::NoGradGuard noGrad;
  stepGroup(decayed_, options_.weightDecay, learningRate);
  stepGroup(undecayed_, 0, learningRate);
}

void Optimizer::stepGroup(const std::vector<Slot>& group, double weightDecay, double learningRate) {
  std::vector<at::Tensor> parameters, gradients, first, second, steps;
  for (const Slot& slot : group) {
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
                      options_.beta2, weightDecay, options_.epsilon, /*amsgrad=*/false, /*maximize=*/false);
  } else {
    // Momentum buffers begin at zero, which gives the first step's buffer its gradient, so no step is special.
    at::_fused_sgd_(parameters, gradients, first, weightDecay, options_.momentum, learningRate, /*dampening=*/0,
                    options_.nesterov, /*maximize=*/false, /*is_first_step=*/false);
  }
}

void Optimizer::clearGradients() {
  for (const auto* group : {&decayed_, &undecayed_}) {
    for (const Slot& slot : *group) slot.parameter.mutable_grad().reset();
  }
}

std::vector<at::Tensor> Optimizer::state() const {
  std::vector<at::Tensor> tensors;
  for (const auto* group : {&decayed_, &undecayed_}) {
    for (const Slot& slot : *group) {
      if (slot.first.defined()) tensors.push_back(slot.first);
      if (options_.kind != OptimizerKind::kAdamW) continue;
      tensors.push_back(slot.second);
      tensors.push_back(slot.steps);
    }
  }
  return tensors;
}

double clipGradients(const std::vector<at::Tensor>& parameters, double maxNorm) {
  at::NoGradGuard noGrad;
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  if (gradients.empty()) return 0;
  const double norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)), 2).item<double>();
  // A norm that is not finite is the caller's to refuse: scaling by it would turn good gradients into NaN.
  if (maxNorm > 0 && norm > maxNorm && norm < std::numeric_limits<double>::infinity()) {
    at::_foreach_mul_(gradients, maxNorm / norm);
  }
  return norm;
}

}  // namespace kinetorch
