#include "native/network/passes/free_layout.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/ir/alias_analysis.h>

#include <vector>

#include "native/network/passes/convolution_node.h"

namespace kinetorch::network {
namespace {

using torch::jit::Block;
using torch::jit::Node;

void layWeights(const Node* node) {
  const auto convolution = convolutionOf(node);
  Node* const constant = node->input(1)->node();
  if (!convolution || constant->kindOf(c10::attr::value) != torch::jit::AttributeKind::t) return;
  constant->t_(c10::attr::value, convolution->weight.contiguous(at::MemoryFormat::ChannelsLast3d));
}

c10::Symbol freeKind(const Node* node) {
  if (node->matches("aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)") ||
      node->matches("aten::view(Tensor(a) self, int[] size) -> Tensor(a)")) {
    return c10::aten::reshape;
  }
  return node->kind() == c10::aten::view_as ? c10::aten::reshape_as : node->kind();
}

void collect(Block* block, std::vector<Node*>& convolutions, std::vector<Node*>& views) {
  for (Node* node : block->nodes()) {
    for (Block* inner : node->blocks()) collect(inner, convolutions, views);
    if (convolutionOf(node)) convolutions.push_back(node);
    if (freeKind(node) != node->kind()) views.push_back(node);
  }
}

}  // namespace

void freeLayout(const std::shared_ptr<torch::jit::Graph>& graph) {
  std::vector<Node*> convolutions;
  std::vector<Node*> views;
  collect(graph->block(), convolutions, views);
  for (const Node* node : convolutions) layWeights(node);
  if (views.empty()) return;
  // What is written through a view has to reach what it is a view of.
  const torch::jit::AliasDb aliases(graph);
  std::vector<Node*> read;
  for (Node* node : views) {
    if (!aliases.hasWriters(node->output())) read.push_back(node);
  }
  for (Node* node : read) {
    const torch::jit::WithInsertPoint beforeIt(node);
    Node* const free = graph->create(freeKind(node), node->inputs(), 1);
    free->copyMetadata(node);
    free->output()->setType(node->output()->type());
    graph->insertNode(free);
    node->output()->replaceAllUsesWith(free->output());
    node->destroy();
  }
}

}  // namespace kinetorch::network
