#include "native/quantisation/quantized_module.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <string>

#include "native/architectures/build.h"
#include "native/network/int8_weight.h"
#include "native/network/passes/convolution_node.h"
#include "native/network/passes/suitable_convolution.h"
#include "native/runtime/error.h"

namespace kinetorch::quantisation {
namespace {

using torch::jit::Graph;
using torch::jit::Node;

void quantize(Graph& graph, Node* node, const at::Tensor& bias) {
  const network::Int8Weight weight = network::int8WeightOf(network::convolutionOf(node)->weight);
  const torch::jit::WithInsertPoint beforeIt(node);
  node->replaceInput(1, graph.insert(c10::aten::mul, {weight.values, weight.step}));
  if (bias.defined()) node->replaceInput(2, graph.insertConstant(bias));
}

void quantizeIn(const std::shared_ptr<Graph>& graph, const std::vector<QuantizedLayer>& layers) {
  const std::vector<Node*> convolutions = network::convolutionsIn(graph->block(), network::suitsInt8);
  if (convolutions.size() != layers.size()) {
    throw Error("ERR_UNSUPPORTED", "expected " + std::to_string(layers.size()) + " convolutions in the network but " +
                                       "freezing it again gave " + std::to_string(convolutions.size()));
  }
  for (size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].isInt8) quantize(*graph, convolutions[i], layers[i].bias);
  }
  torch::jit::EliminateDeadCode(graph);
}

// A network whose frozen part gives the embedding, with the head of the one that it was made of.
torch::jit::Module withHead(const torch::jit::Module& embedding, const torch::jit::Module& whole) {
  const std::string path = architectures::headOf(whole).value();
  const std::string head = path.substr(0, path.find('.'));
  torch::jit::Module module(c10::QualifiedName("__torch__.kinetorch.Quantized"), whole._ivalue()->compilation_unit(),
                            /*shouldMangle=*/true);
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_module("body", embedding);
  module.register_module(head, whole.attr(head).toModule());
  module.define(
      "def embed(self, x: Tensor) -> Tensor:\n"
      "    return self.body.forward(x)\n"
      "def forward(self, x: Tensor) -> Tensor:\n"
      "    return self." +
      head + ".forward(self.embed(x))\n");
  return module;
}

}  // namespace

torch::jit::Module quantizedModule(const model::ModelFile& file, const network::FloatKinds& kinds,
                                   const std::vector<QuantizedLayer>& layers) {
  const torch::jit::Module whole = file.module();
  const network::FrozenNetwork frozen = network::freezeNetwork(whole, at::kCPU, kinds);
  quantizeIn(frozen.module.get_method("forward").graph(), layers);
  return frozen.gives == network::Output::kEmbedding ? withHead(frozen.module, whole) : frozen.module;
}

}  // namespace kinetorch::quantisation
