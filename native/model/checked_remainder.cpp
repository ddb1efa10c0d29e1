#include "native/model/checked_remainder.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <vector>

namespace kinetorch::model {
namespace {

using torch::jit::Block;
using torch::jit::Node;
using torch::jit::Value;

void collect(Block* block, std::vector<Node*>& remainders) {
  for (Node* node : block->nodes()) {
    for (Block* inner : node->blocks()) collect(inner, remainders);
    if (node->matches("aten::remainder.int(int a, int b) -> int")) remainders.push_back(node);
  }
}

// a - a // b * b, which is the same, and whose division looks first.
void check(Node* remainder) {
  torch::jit::Graph& graph = *remainder->owningGraph();
  const torch::jit::WithInsertPoint beforeIt(remainder);
  const auto insert = [&](c10::Symbol kind, Value* a, Value* b) {
    Node* const node = graph.insertNode(graph.create(kind, {a, b}, 1));
    node->copyMetadata(remainder);
    node->output()->setType(c10::IntType::get());
    return node->output();
  };
  Value* const a = remainder->input(0);
  Value* const b = remainder->input(1);
  Value* const whole = insert(c10::aten::mul, insert(c10::aten::floordiv, a, b), b);
  remainder->output()->replaceAllUsesWith(insert(c10::aten::sub, a, whole));
  remainder->destroy();
}

}  // namespace

void checkRemainders(const torch::jit::Module& module) {
  for (torch::jit::Function* function : module._ivalue()->compilation_unit()->get_functions()) {
    if (!function->isGraphFunction()) continue;
    function->ensure_defined();
    std::vector<Node*> remainders;
    collect(torch::jit::toGraphFunction(*function).graph()->block(), remainders);
    for (Node* remainder : remainders) check(remainder);
  }
}

}  // namespace kinetorch::model
