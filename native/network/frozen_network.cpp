#include "native/network/frozen_network.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>

#include "native/architectures/build.h"

namespace kinetorch::network {
namespace {

// The same module with `embed` as its forward.
torch::jit::Module embedOnly(const torch::jit::Module& whole) {
  torch::jit::Module body(c10::QualifiedName("__torch__.kinetorch.Body"), whole._ivalue()->compilation_unit(),
                          /*shouldMangle=*/true);
  body.register_attribute("training", c10::BoolType::get(), false);
  body.register_module("network", whole);
  body.define("def forward(self, x: Tensor) -> Tensor:\n    return self.network.embed(x)\n");
  return body;
}

void convertConstants(torch::jit::Block* block, c10::ScalarType precision) {
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* inner : node->blocks()) convertConstants(inner, precision);
    const bool isTensor = node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
                          node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t;
    if (!isTensor || !node->t(c10::attr::value).is_floating_point()) continue;
    const at::Tensor converted = node->t(c10::attr::value).to(precision);
    node->t_(c10::attr::value, converted);
    node->output()->inferTypeFrom(converted);
  }
}

}  // namespace

FrozenNetwork freezeNetwork(torch::jit::Module module, c10::Device device, c10::ScalarType precision,
                            c10::ScalarType folding) {
  module.eval();
  module.to(device, folding);
  FrozenNetwork network;
  for (const at::Tensor& tensor : module.parameters()) {
    const size_t size = tensor.is_floating_point() ? c10::elementSize(precision) : tensor.element_size();
    network.bytes += tensor.numel() * static_cast<int64_t>(size);
  }
  const std::optional<std::string> headName = architectures::headOf(module);
  if (headName && module.find_method("embed")) {
    const auto head = module.attr(*headName).toModule();
    network.weight = head.attr("weight").toTensor().detach().to(precision);
    network.bias = head.attr("bias").toTensor().detach().to(precision);
    module = embedOnly(module);
  }
  for (at::Tensor parameter : module.parameters()) {
    // NDHWC: oneDNN's fast path for every convolution, and the depthwise ones above all (docs/architecture.md); and
    // cuDNN's in half precision.
    if (parameter.dim() == 5) parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast3d));
  }
  network.module = torch::jit::freeze(module);
  if (folding != precision) {
    network.module.to(precision);
    convertConstants(network.module.get_method("forward").graph()->block(), precision);
  }
  return network;
}

}  // namespace kinetorch::network
