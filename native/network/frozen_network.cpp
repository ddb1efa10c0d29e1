#include "native/network/frozen_network.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>

#include "native/architectures/build.h"
#include "native/architectures/layer_factory.h"

namespace kinetorch::network {
namespace {

// The same module with another method as its forward.
torch::jit::Module only(const std::string& method, const torch::jit::Module& whole) {
  torch::jit::Module body(c10::QualifiedName("__torch__.kinetorch.Body"), whole._ivalue()->compilation_unit(),
                          /*shouldMangle=*/true);
  body.register_attribute("training", c10::BoolType::get(), false);
  body.register_module("network", whole);
  body.define("def forward(self, x: Tensor) -> Tensor:\n    return self.network." + method + "(x)\n");
  return body;
}

void convertTensor(at::Tensor tensor, c10::ScalarType kind) {
  if (tensor.is_floating_point()) tensor.set_data(tensor.to(kind));
}

// Not Module::to(dtype): it makes floats of indices too.
void convertFloats(const torch::jit::Module& module, c10::ScalarType kind) {
  for (const at::Tensor& parameter : module.parameters()) convertTensor(parameter, kind);
  for (const at::Tensor& buffer : module.buffers()) convertTensor(buffer, kind);
}

template <typename Visit>
void forEachConstantTensor(torch::jit::Block* block, const Visit& visit) {
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* inner : node->blocks()) forEachConstantTensor(inner, visit);
    const bool isTensor = node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
                          node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t;
    if (isTensor) visit(node);
  }
}

void convertConstants(torch::jit::Block* block, c10::ScalarType kind) {
  forEachConstantTensor(block, [kind](torch::jit::Node* node) {
    if (!node->t(c10::attr::value).is_floating_point()) return;
    const at::Tensor converted = node->t(c10::attr::value).to(kind);
    node->t_(c10::attr::value, converted);
    node->output()->inferTypeFrom(converted);
  });
}

int64_t bytesOf(const FrozenNetwork& network) {
  size_t bytes = 0;
  for (const at::Tensor& tensor : {network.weight, network.bias}) bytes += tensor.defined() ? tensor.nbytes() : 0;
  for (const at::Tensor& tensor : network.module.parameters()) bytes += tensor.nbytes();  // that stayed what they were
  forEachConstantTensor(network.module.get_method("forward").graph()->block(),
                        [&](const torch::jit::Node* node) { bytes += node->t(c10::attr::value).nbytes(); });
  return static_cast<int64_t>(bytes);
}

// A node that was inlined says from which methods. Freezing frees those of the root, and the interpreter, which asks
// for their names where an operator throws, would read what is no longer there. `forward` stays.
void forgetInlining(torch::jit::Block* block, torch::jit::Function* forward) {
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* inner : node->blocks()) forgetInlining(inner, forward);
    if (node->hasAttribute(c10::attr::Subgraph)) forgetInlining(node->g(c10::attr::Subgraph)->block(), forward);
    if (!node->callstack()) continue;
    node->setCallStack(c10::make_intrusive<torch::jit::InlinedCallStack>(forward, node->sourceRange()));
  }
}

}  // namespace

FrozenNetwork freezeNetwork(torch::jit::Module module, c10::Device device, const FloatKinds& kinds, Purpose purpose) {
  const std::optional<c10::ScalarType> precision = kinds.precision ? kinds.precision : kinds.folding;
  module.eval();
  module.to(device);
  FrozenNetwork network;
  if (kinds.folding) convertFloats(module, *kinds.folding);
  network.isMadeHere = architectures::LayerFactory::made(module);
  const std::optional<std::string> headName = architectures::headOf(module);
  if (purpose == Purpose::kReconstruct) {
    network.gives = Output::kReconstruction;
    module = only("reconstruct", module);
  } else if (headName && module.find_method("embed")) {
    network.gives = Output::kEmbedding;
    const torch::jit::Module head = architectures::moduleAt(module, *headName).value();
    network.weight = head.attr("weight").toTensor().detach();
    network.bias = head.attr("bias").toTensor().detach();
    if (precision) {
      network.weight = network.weight.to(*precision);
      network.bias = network.bias.to(*precision);
    }
    module = only("embed", module);
  }
  network.module = torch::jit::freeze(module);
  torch::jit::Function& forward = network.module.get_method("forward").function();
  torch::jit::Block* const block = torch::jit::toGraphFunction(forward).graph()->block();
  forgetInlining(block, &forward);
  if (precision != kinds.folding) {
    convertFloats(network.module, *precision);
    convertConstants(block, *precision);
  }
  network.bytes = bytesOf(network);
  return network;
}

}  // namespace kinetorch::network
