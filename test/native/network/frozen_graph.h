#pragma once

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <memory>
#include <string>
#include <vector>

#include "native/network/passes/convolution_node.h"

namespace kinetorch::test {

// The graph of a module's forward, frozen, for passes to rewrite.
class FrozenGraph {
 public:
  explicit FrozenGraph(torch::jit::Module module) {
    const c10::InferenceMode guard;
    module.eval();
    module_ = torch::jit::freeze(module);
    graph_ = module_.get_method("forward").graph();
  }

  const std::shared_ptr<torch::jit::Graph>& graph() const { return graph_; }

  at::Tensor run(const at::Tensor& clips) const {
    const c10::InferenceMode guard;
    torch::jit::Stack stack{module_._ivalue(), clips.clone()};
    torch::jit::InterpreterState(torch::jit::Code(graph_->copy(), "forward")).run(stack);
    return stack.back().toTensor();
  }

  // Those that are LibTorch's, in order.
  std::vector<network::Convolution3d> convolutions() const {
    std::vector<network::Convolution3d> found;
    collect(graph_->block(), [&](const torch::jit::Node* node) {
      if (const auto convolution = network::convolutionOf(node)) found.push_back(*convolution);
    });
    return found;
  }

  // Their names, each followed by a space.
  std::string operators() const {
    std::string names;
    collect(graph_->block(),
            [&](const torch::jit::Node* node) { names += std::string(node->kind().toQualString()) + ' '; });
    return names;
  }

 private:
  template <typename Visit>
  static void collect(const torch::jit::Block* block, const Visit& visit) {
    for (const torch::jit::Node* node : block->nodes()) {
      visit(node);
      for (const torch::jit::Block* inner : node->blocks()) collect(inner, visit);
    }
  }

  torch::jit::Module module_;
  std::shared_ptr<torch::jit::Graph> graph_;
};

}  // namespace kinetorch::test
