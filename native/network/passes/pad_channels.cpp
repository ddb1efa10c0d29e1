#include "native/network/passes/pad_channels.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <optional>
#include <vector>

#include "native/network/passes/convolution_node.h"

namespace kinetorch::network {
namespace {

using torch::jit::Block;
using torch::jit::Node;
using torch::jit::Value;

constexpr int64_t kMultiple = 8;

std::optional<Convolution3d> plainConvolutionOf(const Node* node) {
  std::optional<Convolution3d> found = convolutionOf(node);
  return found && found->groups == 1 ? found : std::nullopt;
}

// Whether the channels of `value` reach nothing but ReLU, which keeps zeros, and plain convolutions, which it collects.
bool onlyConvolutionsSee(const Value* value, std::vector<Node*>& convolutions) {
  for (const torch::jit::Use& use : value->uses()) {
    if (isRelu(use.user)) {
      if (!onlyConvolutionsSee(use.user->output(), convolutions)) return false;
    } else if (use.offset == 0 && plainConvolutionOf(use.user)) {
      convolutions.push_back(use.user);
    } else {
      return false;
    }
  }
  return true;
}

// Zeros behind what is there.
at::Tensor widened(const at::Tensor& tensor, int64_t dimension, int64_t size) {
  std::vector<int64_t> sizes = tensor.sizes().vec();
  sizes[static_cast<size_t>(dimension)] = size;
  at::Tensor wide = at::empty(sizes, tensor.options(), tensor.suggest_memory_format()).zero_();
  wide.narrow(dimension, 0, tensor.size(dimension)).copy_(tensor);
  return wide;
}

void setInput(Node* node, size_t index, const at::Tensor& tensor) {
  const torch::jit::WithInsertPoint beforeIt(node);
  node->replaceInput(index, node->owningGraph()->insertConstant(tensor));
}

void pad(Node* node) {
  const std::optional<Convolution3d> found = plainConvolutionOf(node);
  if (!found || found->weight.size(0) % kMultiple == 0) return;
  std::vector<Node*> readers;
  if (!onlyConvolutionsSee(node->output(), readers)) return;
  const int64_t width = (found->weight.size(0) / kMultiple + 1) * kMultiple;
  setInput(node, 1, widened(found->weight, 0, width));
  if (found->bias.defined()) setInput(node, 2, widened(found->bias, 0, width));
  for (Node* reader : readers) setInput(reader, 1, widened(plainConvolutionOf(reader)->weight, 1, width));
}

void padIn(Block* block) {
  const std::vector<Node*> nodes(block->nodes().begin(), block->nodes().end());
  for (Node* node : nodes) {
    for (Block* inner : node->blocks()) padIn(inner);
    pad(node);
  }
}

}  // namespace

void padChannels(const std::shared_ptr<torch::jit::Graph>& graph) {
  padIn(graph->block());
  torch::jit::EliminateDeadCode(graph);
}

}  // namespace kinetorch::network
