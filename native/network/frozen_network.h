#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/api/module.h>

namespace kinetorch::network {

// Note [Embedding and logits from one frozen graph]
// Freezing two methods folds the batch norms into two copies of every convolution's weights. So where the module has
// `embed` and a head, only `embed` is frozen and the head is applied apart; `forward` would do the same. That is known
// of networks made here alone, which their class names tell; of others only `forward` is used.
//
// Note [Folding in float32]
// A batch norm's scale and the weights that it goes into are rounded once if they are folded in float32, and twice,
// with a bias that has lost more, if the module is converted first. Only a module whose code asks for the kind of its
// weights must be converted first, since freezing makes the answer a constant.
struct FrozenNetwork {
  torch::jit::Module module;  // of which `forward` is frozen
  at::Tensor weight;          // of the last layer, where it is to be applied to what `forward` gives; else undefined
  at::Tensor bias;
  int64_t bytes = 0;  // of the parameters
};

// Moves the module to the device and freezes it, folding batch norms in `folding`; then makes it one of `precision`.
// Weights of convolutions are in channels_last_3d.
FrozenNetwork freezeNetwork(torch::jit::Module module, c10::Device device, c10::ScalarType precision,
                            c10::ScalarType folding);

}  // namespace kinetorch::network
