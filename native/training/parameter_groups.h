#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <vector>

#include "native/training/optimizer.h"
#include "native/training/trainer_options.h"

namespace kinetorch::training {

// Marks every parameter as trained or not, as `frozen` and `freezeBatchNorm` of the options say, and returns the batch
// norms that must stay in evaluation mode while the rest trains: all of them, or those of frozen parts, whose running
// statistics would else go on changing what was to stay. Throws ERR_INVALID_ARGUMENT for a path without parameters and
// where nothing is left to train.
std::vector<torch::jit::Module> freezeParts(const torch::jit::Module& network, const TrainerOptions& options);

// The parameters that are trained, by weight decay and learning rate. Decay acts on weights of convolutions and linear
// layers (two dimensions or more); biases and batch norm's scales and shifts are left out of it. All but the
// classification head takes `bodyRate`. Throws ERR_INVALID_ARGUMENT for a body rate without a head.
std::vector<ParameterGroup> parameterGroups(const torch::jit::Module& network, const TrainerOptions& options);

}  // namespace kinetorch::training
