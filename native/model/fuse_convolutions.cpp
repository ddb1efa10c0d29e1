#include "native/model/fuse_convolutions.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

#include <optional>
#include <string>

namespace kinetorch {
namespace {

using torch::jit::Block;
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
  const auto layer = c10::static_intrusive_pointer_cast<FusedConvolution>(node->ival(layerAttribute()).toCapsule());
  return [layer](Stack& stack) {
    const c10::IValue residual = torch::jit::pop(stack);
    const at::Tensor input = torch::jit::pop(stack).toTensor();
    stack.emplace_back(layer->run(input, residual.isNone() ? at::Tensor() : residual.toTensor()));
  };
}

// (Tensor input, Tensor? residual) -> Tensor. Declared without a schema, which makes the number of arguments vary: of
// operators that have one the interpreter keeps a single operation for all nodes, while here every node has its own.
const torch::jit::RegisterOperators registration(
    {torch::jit::Operator(operatorKind(), operationOf, c10::AliasAnalysisKind::PURE_FUNCTION)});

std::optional<std::array<int64_t, 3>> constantSize(const Value* value) {
  const auto constant = torch::jit::toIValue(value);
  if (!constant || !constant->isIntList()) return std::nullopt;
  const auto list = constant->toIntVector();
  if (list.size() == 1) return std::array<int64_t, 3>{list[0], list[0], list[0]};
  if (list.size() != 3) return std::nullopt;
  return std::array<int64_t, 3>{list[0], list[1], list[2]};
}

bool isConstant(const Value* value, int64_t expected) {
  const auto constant = torch::jit::toIValue(value);
  return constant && ((constant->isInt() && constant->toInt() == expected) ||
                      (constant->isDouble() && constant->toDouble() == static_cast<double>(expected)));
}

struct Convolution {
  at::Tensor weight;
  at::Tensor bias;
  ConvLayer layer;
};

// Both forms: what scripting makes of a convolution, and what tracing does.
std::optional<Convolution> convolutionOf(const Node* node) {
  const bool isTraced = node->kind() == c10::aten::_convolution;
  if (!isTraced && node->kind() != c10::aten::conv3d) return std::nullopt;
  if (node->inputs().size() < 7) return std::nullopt;
  const auto weight = torch::jit::toIValue(node->input(1));
  const auto bias = torch::jit::toIValue(node->input(2));
  if (!weight || !weight->isTensor() || !bias) return std::nullopt;
  Convolution found;
  found.weight = weight->toTensor();
  if (bias->isTensor()) found.bias = bias->toTensor();
  const auto isOurs = [](const at::Tensor& tensor) {
    return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat && tensor.layout() == at::kStrided;
  };
  if (found.weight.dim() != 5 || !isOurs(found.weight) || (found.bias.defined() && !isOurs(found.bias))) {
    return std::nullopt;
  }
  const auto stride = constantSize(node->input(3));
  const auto padding = constantSize(node->input(4));
  const auto dilation = constantSize(node->input(5));
  const auto groups = torch::jit::toIValue(node->input(isTraced ? 8 : 6));
  if (!stride || !padding || !dilation || *dilation != std::array<int64_t, 3>{1, 1, 1} || !groups) return std::nullopt;
  if (isTraced) {
    const auto transposed = torch::jit::toIValue(node->input(6));
    if (!transposed || transposed->toBool()) return std::nullopt;
  }
  found.layer.groups = groups->toInt();
  found.layer.inputChannels = found.weight.size(1) * found.layer.groups;
  found.layer.outputChannels = found.weight.size(0);
  found.layer.kernel = {found.weight.size(2), found.weight.size(3), found.weight.size(4)};
  found.layer.stride = *stride;
  found.layer.padding = *padding;
  return found;
}

// The one node that uses `value`, or null; also null where it is in another block.
Node* onlyUser(const Value* value) {
  if (value->uses().size() != 1) return nullptr;
  Node* const user = value->uses()[0].user;
  return user->owningBlock() == value->node()->owningBlock() ? user : nullptr;
}

bool isAddition(const Node* node) {
  return (node->matches("aten::add(Tensor self, Tensor other, *, Scalar alpha) -> Tensor") ||
          node->matches("aten::add_(Tensor(a!) self, Tensor other, *, Scalar alpha) -> Tensor(a!)")) &&
         isConstant(node->input(2), 1);
}

bool isRelu(const Node* node) {
  return node->matches("aten::relu(Tensor self) -> Tensor") ||
         node->matches("aten::relu_(Tensor(a!) self) -> Tensor(a!)");
}

class Fuser {
 public:
  Fuser(const std::shared_ptr<torch::jit::Graph>& graph, const std::shared_ptr<ConvolutionContext>& context)
      : graph_(graph), context_(context) {}

  std::vector<c10::intrusive_ptr<FusedConvolution>> fuse() {
    fuseIn(graph_->block());
    torch::jit::EliminateDeadCode(graph_);
    return std::move(layers_);
  }

 private:
  void fuseIn(Block* block) {
    const std::vector<Node*> nodes(block->nodes().begin(), block->nodes().end());
    std::vector<Node*> convolutions;
    for (Node* node : nodes) {
      for (Block* inner : node->blocks()) fuseIn(inner);
      if (convolutionOf(node)) convolutions.push_back(node);
    }
    for (Node* node : convolutions) replace(node);
  }

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

    const Convolution found = *convolutionOf(convolution);
    auto layer = c10::make_intrusive<FusedConvolution>(found.weight, found.bias, found.layer, hasRelu, context_);
    const torch::jit::WithInsertPoint beforeLast(last);
    Value* const added = residual ? residual : graph_->insertConstant(c10::IValue());
    Node* const fused = graph_->create(operatorKind(), {convolution->input(0), added}, 1);
    fused->ival_(layerAttribute(), c10::IValue::make_capsule(layer));
    graph_->insertNode(fused);
    Node* const end = hasRelu ? relu : last;
    fused->output()->setType(end->output()->type());
    end->output()->replaceAllUsesWith(fused->output());
    if (hasRelu) relu->destroy();
    if (last != convolution) last->destroy();
    convolution->destroy();
    layers_.push_back(std::move(layer));
  }

  // An addition in place to another tensor gives that tensor, whoever else sees it: null.
  static Value* residualOf(Node* addition, const Value* sum) {
    if (addition->input(0) == sum) return addition->input(1) == sum ? nullptr : addition->input(1);
    return addition->kind() == c10::aten::add ? addition->input(0) : nullptr;
  }

  const std::shared_ptr<torch::jit::Graph>& graph_;
  const std::shared_ptr<ConvolutionContext>& context_;
  std::vector<c10::intrusive_ptr<FusedConvolution>> layers_;
};

}  // namespace

std::vector<c10::intrusive_ptr<FusedConvolution>> fuseConvolutions(const std::shared_ptr<torch::jit::Graph>& graph,
                                                                   const std::shared_ptr<ConvolutionContext>& context) {
  return Fuser(graph, context).fuse();
}

}  // namespace kinetorch
