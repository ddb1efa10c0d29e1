#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <vector>

#include "native/preprocessing/input_spec.h"
#include "native/training/objective.h"

namespace kinetorch::training {

// Note [Training runs the graph as it is]
// The profiling executor rewrites a graph after its first runs, so step 3 of a fresh run and step 3 of a resumed one
// could round differently. Without it TorchScript runs operator by operator, as eager PyTorch does: the same numbers at
// every step, no pause for compiling, and no speed lost, since all time is spent inside the convolutions.

// Puts a network on its device in the layout that trains fastest, as float32. Throws ERR_MODEL_FORWARD where it has no
// forward, ERR_UNSUPPORTED where it holds nothing to train.
void placeForTraining(torch::jit::Module& network, at::Device device);

// What the network returns for an objective's inputs. Below float32 precision this is PyTorch's automatic
// mixed precision: convolutions and linear layers compute in it, from weights that stay float32, and what needs the
// range, such as batch norm's statistics and the loss, stays in float32. Throws ERR_MODEL_FORWARD.
c10::IValue forward(torch::jit::Module& network, std::vector<c10::IValue> inputs, at::Device device,
                    at::ScalarType precision);

void backward(const at::Tensor& loss);

// Runs a clip of zeros through the network. Throws ERR_MODEL_FORWARD where that fails, and what the objective throws
// where it wants other outputs.
void checkForward(torch::jit::Module& network, const preprocessing::InputSpec& input, const Objective& objective,
                  at::Device device, at::ScalarType precision);

}  // namespace kinetorch::training
