#include "native/training/step_sums.h"

#include <ATen/ATen.h>

namespace kinetorch::training {

StepSums::StepSums(at::Device device) : loss_(at::zeros({}, at::device(device).dtype(at::kDouble))) {}

void StepSums::add(const at::Tensor& loss, const NamedTensors& metrics) {
  at::NoGradGuard noGrad;
  loss_.add_(loss);
  if (metrics_.empty()) {
    for (const auto& [name, value] : metrics) metrics_.emplace_back(name, at::zeros_like(loss_));
  }
  for (size_t index = 0; index < metrics.size(); ++index) metrics_[index].second.add_(metrics[index].second);
}

StepResult StepSums::read(const at::Tensor& gradNorm) const {
  std::vector<at::Tensor> scalars{loss_, gradNorm};
  for (const auto& [name, sum] : metrics_) scalars.push_back(sum);
  const at::Tensor numbers = at::stack(scalars).cpu();
  const double* number = numbers.const_data_ptr<double>();
  StepResult result;
  result.loss = *number++;
  result.gradNorm = *number++;
  for (const auto& [name, sum] : metrics_) result.metrics.emplace_back(name, *number++);
  return result;
}

}  // namespace kinetorch::training
