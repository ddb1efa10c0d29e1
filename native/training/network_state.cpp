#include "native/training/network_state.h"

#include <ATen/ATen.h>

namespace kinetorch {

NamedTensors stateOf(const torch::jit::Module& network) {
  NamedTensors tensors;
  for (const auto& parameter : network.named_parameters()) tensors.emplace_back(parameter.name, parameter.value);
  for (const auto& buffer : network.named_buffers()) tensors.emplace_back(buffer.name, buffer.value);
  return tensors;
}

BufferSnapshot::BufferSnapshot(const torch::jit::Module& network) {
  for (const at::Tensor& buffer : network.buffers()) {
    live_.push_back(buffer);
    kept_.push_back(buffer.detach().clone());
  }
}

void BufferSnapshot::take() {
  at::NoGradGuard noGrad;
  for (size_t index = 0; index < live_.size(); ++index) kept_[index].copy_(live_[index]);
}

void BufferSnapshot::restore() {
  at::NoGradGuard noGrad;
  for (size_t index = 0; index < live_.size(); ++index) live_[index].copy_(kept_[index]);
}

}  // namespace kinetorch
