#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <utility>
#include <vector>

namespace kinetorch::training {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

// The live parameters, then buffers, of a network by their names in the state dict; the same order for every copy of
// it.
NamedTensors stateOf(const torch::jit::Module& network);

// Before tensors are saved. Throws ERR_TRAINING where a number is not finite.
void checkFinite(const NamedTensors& tensors);

// Keeps a network's buffers, which a forward pass in training mode changes, so that a failed step can take them back.
class BufferSnapshot {
 public:
  explicit BufferSnapshot(const torch::jit::Module& network);

  void take();
  void restore();

 private:
  // One type in each: then a copy of many tensors is one call of the device.
  struct Copies {
    std::vector<at::Tensor> live, kept;
  };
  Copies floats_, others_;
};

}  // namespace kinetorch::training
