#include "native/training/optimizer.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>

#include <utility>

namespace kinetorch::training {
namespace {

// Whether both lie in memory alike; a stride along a dimension of one element says nothing.
bool lieAlike(const at::Tensor& one, const at::Tensor& other) {
  for (int64_t dimension = 0; dimension < one.dim(); ++dimension) {
    if (one.size(dimension) > 1 && one.stride(dimension) != other.stride(dimension)) return false;
  }
  return true;
}

// The fused steps walk raw memory, so a gradient must lie in memory as its parameter does; those for CUDA compare all
// strides.
at::Tensor gradientLike(const at::Tensor& parameter) {
  const at::Tensor& gradient = parameter.grad();
  if (lieAlike(gradient, parameter)) return gradient.as_strided(parameter.sizes(), parameter.strides());
  at::Tensor copy = at::empty_like(parameter);
  copy.copy_(gradient);
  return copy;
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
  // All gradients before the first change: to make one may take memory, of which there may be none left.
  std::vector<Step> steps;
  for (const Group& group : groups_) steps.push_back(stepOf(group));
  for (size_t index = 0; index < steps.size(); ++index) take(steps[index], groups_[index], learningRate);
}

Optimizer::Step Optimizer::stepOf(const Group& group) const {
  Step step;
  for (const Slot& slot : group.slots) {
    if (!slot.parameter.grad().defined()) continue;
    step.parameters.push_back(slot.parameter);
    step.gradients.push_back(gradientLike(slot.parameter));
    if (slot.first.defined()) step.first.push_back(slot.first);
    if (slot.second.defined()) step.second.push_back(slot.second);
    if (slot.steps.defined()) step.counts.push_back(slot.steps);
  }
  return step;
}

void Optimizer::take(const Step& step, const Group& group, double learningRate) const {
  if (step.parameters.empty()) return;
  const double rate = learningRate * group.rate;
  if (options_.kind == OptimizerKind::kAdamW) {
    at::_foreach_add_(step.counts, 1);
    at::_fused_adamw_(step.parameters, step.gradients, step.first, step.second, /*max_exp_avg_sqs=*/{}, step.counts,
                      rate, options_.beta1, options_.beta2, group.weightDecay, options_.epsilon, /*amsgrad=*/false,
                      /*maximize=*/false);
  } else {
    // Momentum buffers begin at zero, which gives the first step's buffer its gradient, so no step is special.
    at::_fused_sgd_(step.parameters, step.gradients, step.first, group.weightDecay, options_.momentum, rate,
                    /*dampening=*/0, options_.nesterov, /*maximize=*/false, /*is_first_step=*/false);
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

std::vector<at::Tensor> gradientsOf(const std::vector<at::Tensor>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  return gradients;
}

void scaleGradients(const std::vector<at::Tensor>& parameters, double factor) {
  at::NoGradGuard noGrad;
  const std::vector<at::Tensor> gradients = gradientsOf(parameters);
  if (factor != 1 && !gradients.empty()) at::_foreach_mul_(gradients, factor);
}

at::Tensor gradientNorm(const std::vector<at::Tensor>& parameters) {
  at::NoGradGuard noGrad;
  const std::vector<at::Tensor> gradients = gradientsOf(parameters);
  if (gradients.empty()) return at::zeros({}, parameters.front().options().dtype(at::kDouble));
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)), 2).to(at::kDouble);
}

}  // namespace kinetorch::training
