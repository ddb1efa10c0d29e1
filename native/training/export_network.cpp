#include "native/training/export_network.h"

#include <ATen/ATen.h>

#include "native/model/serialize_module.h"

namespace kinetorch::training {

std::vector<uint8_t> exportNetwork(const torch::jit::Module& network, const std::string& metadata) {
  at::NoGradGuard noGrad;
  torch::jit::Module copy = network.deepcopy();
  copy.to(at::kCPU);
  copy.eval();
  for (at::Tensor parameter : copy.parameters()) {
    parameter.set_data(parameter.contiguous());
    parameter.set_requires_grad(true);  // deepcopy loses it; whoever loads this may train on
  }
  return model::serializeModule(copy, metadata);
}

}  // namespace kinetorch::training
