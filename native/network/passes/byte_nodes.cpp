#include "native/network/passes/byte_nodes.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

#include "native/network/operators/bytes.h"

namespace kinetorch::network {
namespace {

using torch::jit::Node;
using torch::jit::Operation;
using torch::jit::Stack;

const c10::Symbol kStep = c10::Symbol::attr("step");
const c10::Symbol kZero = c10::Symbol::attr("zero");
const c10::Symbol kChannels = c10::Symbol::attr("channels");

const c10::Symbol kQuantise = c10::Symbol::fromQualString("kinetorch::quantise");
const c10::Symbol kDequantise = c10::Symbol::fromQualString("kinetorch::dequantise");

kernels::Quantisation storedFormat(const Node* node) {
  return {static_cast<float>(node->f(kStep)), static_cast<int32_t>(node->i(kZero))};
}

Operation quantiseOf(const Node* node) {
  return [format = storedFormat(node)](Stack& stack) {
    stack.emplace_back(quantise(torch::jit::pop(stack).toTensor(), format));
  };
}

Operation dequantiseOf(const Node* node) {
  return [format = storedFormat(node), channels = node->i(kChannels)](Stack& stack) {
    stack.emplace_back(dequantise(torch::jit::pop(stack).toTensor(), format, channels));
  };
}

// Without schemas, as in replace_convolutions.cpp: every node has its own operation.
const torch::jit::RegisterOperators byteOperators({
    torch::jit::Operator(kQuantise, quantiseOf, c10::AliasAnalysisKind::PURE_FUNCTION),
    torch::jit::Operator(kDequantise, dequantiseOf, c10::AliasAnalysisKind::PURE_FUNCTION),
});

Node* nodeOf(c10::Symbol kind, torch::jit::Value* value, const kernels::Quantisation& format) {
  Node* const node = value->owningGraph()->create(kind, {value}, 1);
  node->f_(kStep, format.step);
  node->i_(kZero, format.zero);
  node->output()->setType(c10::TensorType::get());
  return node;
}

}  // namespace

Node* insertQuantise(Node* reader, torch::jit::Value* numbers, const kernels::Quantisation& format) {
  return nodeOf(kQuantise, numbers, format)->insertBefore(reader);
}

Node* insertDequantise(torch::jit::Value* bytes, const kernels::Quantisation& format, int64_t channels) {
  return nodeOf(kDequantise, bytes, format)->i_(kChannels, channels)->insertAfter(bytes->node());
}

}  // namespace kinetorch::network
