#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <vector>

#include "native/model/model_file.h"
#include "native/network/frozen_network.h"

namespace kinetorch::quantisation {

// What becomes of one of the convolutions that suit int8.
struct QuantizedLayer {
  bool isInt8 = false;
  at::Tensor bias;  // float32 K, of one that is int8; undefined for none
};

// Note [int8 in TorchScript]
// TorchScript's own quantised operators are frozen upstream and would need a LibTorch that was built with them. So a
// weight is int8 in the file and multiplied by its steps where it is used: whatever reads the file gets a network of
// float32, and freezing makes plain convolutions of it again, which the int8 pass finds. The activations' ranges are in
// the metadata.

// The file's network, frozen, with int8 weights in the layers that say so; there is one for each convolution that suits
// int8, in order. A network made here keeps `embed`, and its head as a module.
torch::jit::Module quantizedModule(const model::ModelFile& file, const network::FloatKinds& kinds,
                                   const std::vector<QuantizedLayer>& layers);

}  // namespace kinetorch::quantisation
