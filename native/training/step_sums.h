#pragma once

#include <ATen/core/Tensor.h>

#include "native/training/network_state.h"
#include "native/training/training_results.h"

namespace kinetorch::training {

// What a step learns of itself from the device, added up there: it is read once, since every reading waits for the
// device.
class StepSums {
 public:
  explicit StepSums(at::Device device);

  // A batch's share of the mean loss, and its metrics: scalars on the device.
  void add(const at::Tensor& loss, const NamedTensors& metrics);

  // The sum of the shares, a float64 scalar. The live one.
  const at::Tensor& loss() const { return loss_; }

  // Waits for the device.
  StepResult read(const at::Tensor& gradNorm) const;

 private:
  at::Tensor loss_;
  NamedTensors metrics_;  // float64
};

}  // namespace kinetorch::training
