#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "native/augmentation/random_state.h"
#include "native/training/loss_scaler.h"
#include "native/training/network_state.h"
#include "native/training/optimizer.h"
#include "native/training/weight_average.h"

namespace kinetorch::training {

// All that steps change, and so all that the next one depends on.
struct TrainingState {
  torch::jit::Module network;
  std::optional<WeightAverage> average;
  std::unique_ptr<Optimizer> optimizer;
  augmentation::RandomState random;
  LossScaler scaler;
  int64_t steps = 0;  // taken so far

  // What is evaluated and saved: the network with averaged weights where there are some.
  torch::jit::Module result() const { return average ? average->network() : network; }

  // As Trainer's. A checkpoint is for a state of the same network and options.
  void saveCheckpoint(const std::string& path, const std::string& callerState) const;
  std::string loadCheckpoint(const std::string& path);
};

}  // namespace kinetorch::training
