#include "native/network/passes/replace_convolutions.h"

#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

#include <vector>

#include "native/network/passes/convolution_node.h"

namespace kinetorch::network {
namespace {

using torch::jit::Node;
using torch::jit::Stack;
using torch::jit::Value;

const c10::Symbol& operatorKind() {
  static const c10::Symbol kind = c10::Symbol::fromQualString("kinetorch::convolution");
  return kind;
}

const c10::Symbol& layerAttribute() {
  static const c10::Symbol name = c10::Symbol::attr("layer");
  return name;
}

torch::jit::Operation operationOf(const Node* node) {
  const c10::intrusive_ptr<ConvolutionOperator> layer = operatorOf(node);
  return [layer](Stack& stack) {
    const c10::IValue residual = torch::jit::pop(stack);
    const at::Tensor input = torch::jit::pop(stack).toTensor();
    stack.emplace_back(layer->run(input, residual.isNone() ? at::Tensor() : residual.toTensor()));
  };
}

// (Tensor input, Tensor? residual) -> Tensor. Declared without a schema, which makes the number of arguments vary: of
// operators that have one the interpreter keeps a single operation for all nodes, while here every node has its own.
const torch::jit::RegisterOperators registration({torch::jit::Operator(operatorKind(), operationOf,
                                                                       c10::AliasAnalysisKind::PURE_FUNCTION)});

// The one node that uses `value`, or null; also null where it is in another block.
Node* onlyUser(const Value* value) {
  if (value->uses().size() != 1) return nullptr;
  Node* const user = value->uses()[0].user;
  return user->owningBlock() == value->node()->owningBlock() ? user : nullptr;
}

// An addition in place to another tensor gives that tensor, whoever else sees it: null.
Value* residualOf(Node* addition, const Value* sum) {
  if (addition->input(0) == sum) return addition->input(1) == sum ? nullptr : addition->input(1);
  return addition->kind() == c10::aten::add ? addition->input(0) : nullptr;
}

class Replacer {
 public:
  Replacer(const std::shared_ptr<torch::jit::Graph>& graph,
           const std::function<c10::intrusive_ptr<ConvolutionOperator>(const Convolution3d&, bool relu)>& make)
      : graph_(graph), make_(make) {}

  // What follows a convolution is folded into it where nothing else sees the values in between.
  void replace(Node* convolution) {
    Node* last = convolution;
    Value* residual = nullptr;
    if (Node* const addition = onlyUser(last->output()); addition && isAddition(addition)) {
      residual = residualOf(addition, last->output());
      // It runs as late as the addition, unless something writes to its input before.
      if (residual && torch::jit::AliasDb(graph_).moveBeforeTopologicallyValid(convolution, addition)) {
        last = addition;
      } else {
        residual = nullptr;
      }
    }
    Node* const relu = onlyUser(last->output());
    const bool hasRelu = relu && isRelu(relu) && torch::jit::AliasDb(graph_).moveAfterTopologicallyValid(relu, last);

    const c10::intrusive_ptr<ConvolutionOperator> layer = make_(*convolutionOf(convolution), hasRelu);
    const torch::jit::WithInsertPoint beforeLast(last);
    Value* const added = residual ? residual : graph_->insertConstant(c10::IValue());
    Node* const fused = graph_->create(operatorKind(), {convolution->input(0), added}, 1);
    setOperator(fused, layer);
    graph_->insertNode(fused);
    Node* const end = hasRelu ? relu : last;
    fused->output()->setType(end->output()->type());
    end->output()->replaceAllUsesWith(fused->output());
    if (hasRelu) relu->destroy();
    if (last != convolution) last->destroy();
    convolution->destroy();
  }

 private:
  const std::shared_ptr<torch::jit::Graph>& graph_;
  const std::function<c10::intrusive_ptr<ConvolutionOperator>(const Convolution3d&, bool relu)>& make_;
};

}  // namespace

void replaceConvolutions(
    const std::shared_ptr<torch::jit::Graph>& graph, const std::function<bool(const Convolution3d&)>& isSuitable,
    const std::function<c10::intrusive_ptr<ConvolutionOperator>(const Convolution3d&, bool relu)>& make) {
  Replacer replacer(graph, make);
  for (Node* convolution : convolutionsIn(graph->block(), isSuitable)) replacer.replace(convolution);
  torch::jit::EliminateDeadCode(graph);
}

c10::intrusive_ptr<ConvolutionOperator> operatorOf(const Node* node) {
  if (node->kind() != operatorKind()) return {};
  return c10::static_intrusive_pointer_cast<ConvolutionOperator>(node->ival(layerAttribute()).toCapsule());
}

void setOperator(Node* node, const c10::intrusive_ptr<ConvolutionOperator>& layer) {
  node->ival_(layerAttribute(), c10::IValue::make_capsule(layer));
}

}  // namespace kinetorch::network
