#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/api/module.h>

#include <optional>

#include "native/network/outputs.h"
#include "native/network/purpose.h"

namespace kinetorch::network {

// Note [Embedding and logits from one frozen graph]
// Freezing two methods folds the batch norms into two copies of every convolution's weights. So where the module has
// `embed` and a head, only `embed` is frozen and the head is applied apart; `forward` would do the same. That is known
// of networks made here alone, which their class names tell; of others only `forward` is used.
struct FrozenNetwork {
  torch::jit::Module module;       // of which `forward` is frozen
  Output gives = Output::kLogits;  // what that is: logits, the embedding, or the reconstruction
  at::Tensor weight;               // of the last layer, where it is to be applied to the embedding
  at::Tensor bias;
  bool isMadeHere = false;
  int64_t bytes = 0;  // of the weights, as they are frozen
};

// Note [Own types]
// A file's tensors are of the kinds that its code was written for: indices and masks are whole numbers, and what the
// code itself turns into float64 or float16 meets weights of that kind. So nothing is made another kind unless somebody
// asked for a precision, and then floating-point numbers alone.
//
// Note [Folding in float32]
// A batch norm's scale and the weights that it goes into are rounded once if they are folded in float32, and twice,
// with a bias that has lost more, if the module is converted first. Only a module whose code asks for the kind of its
// weights must be converted first, since freezing makes the answer a constant.
struct FloatKinds {
  std::optional<c10::ScalarType> folding;    // while batch norms are folded; none: as the file has it
  std::optional<c10::ScalarType> precision;  // in the end; none: as they were folded
};

// Moves the module to the device and freezes it.
FrozenNetwork freezeNetwork(torch::jit::Module module, c10::Device device, const FloatKinds& kinds,
                            Purpose purpose = Purpose::kClassify);

}  // namespace kinetorch::network
