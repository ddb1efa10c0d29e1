#include "native/training/network_state.h"

#include <ATen/ATen.h>

#include "native/runtime/error.h"

namespace kinetorch::training {

NamedTensors stateOf(const torch::jit::Module& network) {
  NamedTensors tensors;
  for (const auto& parameter : network.named_parameters()) tensors.emplace_back(parameter.name, parameter.value);
  for (const auto& buffer : network.named_buffers()) tensors.emplace_back(buffer.name, buffer.value);
  return tensors;
}

void checkFinite(const NamedTensors& tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.is_floating_point() || tensor.isfinite().all().item<bool>()) continue;
    throw Error("ERR_TRAINING",
                "expected finite numbers to save but " + name + " holds NaN or Inf; nothing was written");
  }
}

BufferSnapshot::BufferSnapshot(const torch::jit::Module& network) {
  for (const at::Tensor& buffer : network.buffers()) {
    Copies& copies = buffer.is_floating_point() ? floats_ : others_;
    copies.live.push_back(buffer);
    copies.kept.push_back(buffer.detach().clone());
  }
}

void BufferSnapshot::take() {
  at::NoGradGuard noGrad;
  for (Copies* copies : {&floats_, &others_}) {
    if (!copies->live.empty()) at::_foreach_copy_(copies->kept, copies->live);
  }
}

void BufferSnapshot::restore() {
  at::NoGradGuard noGrad;
  for (Copies* copies : {&floats_, &others_}) {
    if (!copies->live.empty()) at::_foreach_copy_(copies->live, copies->kept);
  }
}

}  // namespace kinetorch::training
