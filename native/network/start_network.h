#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <memory>

#include "native/model/model_file.h"
#include "native/network/torchscript_network.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::network {

// Kinds of numbers that a network can run in.
struct NumberKinds {
  FloatKinds floats;
  TorchScriptNetwork::Reading reading;
};

// A network that has run one clip.
struct StartedNetwork {
  std::unique_ptr<TorchScriptNetwork> network;
  NumberKinds kinds;
  // Its file has it compute in half precision, in which any other order of additions shows: it stays as it is.
  bool staysAsItIs = false;
  bool keepsClipsApart = false;  // TorchScriptNetwork::keepsClipsApart of the plain graph
  at::Tensor output;
  std::chrono::duration<double, std::milli> time{0};
};

// The network of a file, frozen, in the first kinds of numbers that it runs in: with float32 those of the file, else
// `clip`'s. Throws what the first of them threw where none does, ERR_MODEL_FORWARD.
StartedNetwork startNetwork(const model::ModelFile& file, const preprocessing::InputSpec& input, const at::Tensor& clip,
                            Purpose purpose);

// The same network anew, in kinds that are known to run.
std::unique_ptr<TorchScriptNetwork> freezeAgain(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                                const at::TensorOptions& options, const NumberKinds& kinds,
                                                Purpose purpose);

}  // namespace kinetorch::network
