#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <vector>

namespace kinetorch::training {

// A copy of a network whose weights are the exponential moving average of the original's over its steps. Batch norm's
// running statistics are averaged alike, as timm and torchvision's references do: they then belong to the averaged
// weights. Whole numbers, such as num_batches_tracked, are copied.
class WeightAverage {
 public:
  // Begins at the network's present weights.
  WeightAverage(const torch::jit::Module& network, double decay);

  // After a step; `earlier` counts the steps before it. The first steps weigh more, so that the initial weights fade:
  // the decay is min(decay, (1 + earlier) / (10 + earlier)).
  void update(int64_t earlier);

  // In evaluation mode.
  torch::jit::Module& network() { return network_; }
  const torch::jit::Module& network() const { return network_; }

 private:
  double decay_;
  torch::jit::Module network_;
  std::vector<at::Tensor> averaged_, averagedFrom_;
  std::vector<at::Tensor> copied_, copiedFrom_;
};

}  // namespace kinetorch::training
