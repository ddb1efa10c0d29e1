#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <optional>
#include <string>

#include "native/architectures/frame_cnn_spec.h"

namespace kinetorch::architectures {

// A trainable network of the table with fresh weights; `frameCnn` is for 2-D networks alone. Throws
// ERR_INVALID_ARGUMENT for an unknown name.
torch::jit::Module buildArchitecture(const std::string& name, int64_t numClasses, uint64_t seed,
                                     const FrameCnnSpec& frameCnn = {});

// The same network's stages below a decoder, which gives the clip back: see reconstruction.h. Of a seed the stages'
// weights are those that buildArchitecture gives.
torch::jit::Module buildReconstruction(const std::string& name, bool masked, uint64_t seed);

// The path of the linear layer that gives the logits, of a network that buildArchitecture made, here or in the process
// that wrote the file; its class tells. It is the first of the table's heads that the network has: which row made the
// network, and so its stages, is not known. nullopt for one from elsewhere.
std::optional<std::string> headOf(const torch::jit::Module& network);

// The module at a path such as "classifier.1"; nullopt where there is none.
std::optional<torch::jit::Module> moduleAt(const torch::jit::Module& network, const std::string& path);

}  // namespace kinetorch::architectures
