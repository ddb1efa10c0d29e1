#include "native/network/separate_rows.h"

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "native/network/passes/convolution_node.h"

namespace kinetorch::network {
namespace {

using torch::jit::Node;
using torch::jit::Value;

constexpr int64_t kClipDimensions = 5;

bool isElementwise(const std::string& name) {
  static const std::set<std::string> names{
      "aten::relu", "aten::relu_",      "aten::sigmoid",   "aten::silu",      "aten::silu_",      "aten::tanh",
      "aten::gelu", "aten::hardtanh",   "aten::hardtanh_", "aten::hardswish", "aten::hardswish_", "aten::hardsigmoid",
      "aten::elu",  "aten::leaky_relu", "aten::clamp",     "aten::abs"};
  return names.count(name) > 0;
}

bool isPooling(const std::string& name) {
  return name == "aten::max_pool3d" || name == "aten::avg_pool3d" || name == "aten::adaptive_avg_pool3d";
}

bool isArithmetic(const std::string& name) {
  return name == "aten::add" || name == "aten::add_" || name == "aten::sub" || name == "aten::mul" ||
         name == "aten::mul_" || name == "aten::div";
}

std::optional<int64_t> integer(const Value* value) {
  const auto constant = torch::jit::toIValue(value);
  return constant && constant->isInt() ? std::optional<int64_t>(constant->toInt()) : std::nullopt;
}

bool isFalse(const Value* value) {
  const auto constant = torch::jit::toIValue(value);
  return constant && constant->isBool() && !constant->toBool();
}

bool isNone(const Value* value) {
  const auto constant = torch::jit::toIValue(value);
  return constant && constant->isNone();
}

// A number that is the same whatever other clips there are: a size but that of the batch, or made of such ones.
bool isNumberOfClip(const Node* node) {
  if (node->outputs().size() != 1 || node->output()->type()->kind() != c10::TypeKind::IntType) return false;
  if (node->kind() == c10::aten::size) return node->inputs().size() == 2 && integer(node->input(1)).value_or(0) > 0;
  return std::all_of(node->inputs().begin(), node->inputs().end(),
                     [](const Value* input) { return input->type()->kind() == c10::TypeKind::IntType; });
}

bool isTensor(const Value* value) { return value->type()->kind() == c10::TypeKind::TensorType; }

bool isConstantTensor(const Value* value) {
  const auto constant = torch::jit::toIValue(value);
  return constant && (constant->isTensor() || constant->isNone());
}

// How many dimensions each value has that has the clips as its rows.
class RowWalk {
 public:
  bool follow(const torch::jit::Graph& graph) {
    if (graph.inputs().size() < 2 || graph.outputs().size() != 1) return false;
    ranks_[graph.inputs()[1]] = kClipDimensions;
    for (const Node* node : graph.nodes()) {
      if (node->kind() == c10::prim::Constant || node->kind() == c10::prim::ListConstruct) continue;
      if (isNumberOfClip(node)) continue;
      const std::optional<int64_t> rank = rankAfter(node);
      if (!rank) return false;
      ranks_[node->output()] = *rank;
    }
    return rankOf(graph.outputs()[0]).has_value();
  }

 private:
  std::optional<int64_t> rankOf(const Value* value) const {
    const auto found = ranks_.find(value);
    return found == ranks_.end() ? std::nullopt : std::optional<int64_t>(found->second);
  }

  // None where the node is not known to keep rows apart.
  std::optional<int64_t> rankAfter(const Node* node) const {
    if (node->outputs().size() != 1 || node->inputs().empty()) return std::nullopt;
    const std::string name = node->kind().toQualString();
    const std::optional<int64_t> rank = rankOf(node->input(0));
    if (name == "aten::cat") return rankOfConcatenation(node);
    if (!rank) return std::nullopt;
    if (isElementwise(name)) return takesNumbersAlone(node) ? rank : std::nullopt;
    if (isArithmetic(name)) return keepsBroadcastApart(node, *rank) ? rank : std::nullopt;
    if (convolutionOf(node) || (isPooling(name) && isTensor(node->output()))) {
      return *rank == kClipDimensions ? rank : std::nullopt;
    }
    if (name == "aten::linear") return isConstantTensor(node->input(1)) && *rank > 1 ? rank : std::nullopt;
    if (name == "aten::dropout") return isFalse(node->input(2)) ? rank : std::nullopt;
    if (name == "aten::batch_norm") return isFrozenNorm(node) ? rank : std::nullopt;
    if (name == "aten::flatten") {
      const auto end = integer(node->input(2));
      return integer(node->input(1)) == 1 && (end == -1 || end == *rank - 1) ? std::optional<int64_t>(2) : std::nullopt;
    }
    if (name == "aten::slice") return slicesWithinRows(node) ? rank : std::nullopt;
    if (name == "aten::constant_pad_nd") return padsWithinRows(node, *rank) ? rank : std::nullopt;
    if (name == "aten::mean" || name == "aten::sum") return rankAfterMean(node, *rank);
    return std::nullopt;
  }

  // Numbers, or rows of as many dimensions: others might be spread over the rows.
  bool keepsBroadcastApart(const Node* node, int64_t rank) const {
    return !isTensor(node->input(1)) || rankOf(node->input(1)) == rank;
  }

  // Beside its first input, as the bounds of a clamp.
  static bool takesNumbersAlone(const Node* node) {
    return std::none_of(node->inputs().begin() + 1, node->inputs().end(), isTensor);
  }

  static bool isFrozenNorm(const Node* node) {
    if (node->inputs().size() < 6 || !isFalse(node->input(5))) return false;
    return std::all_of(node->inputs().begin() + 1, node->inputs().begin() + 5, isConstantTensor);
  }

  std::optional<int64_t> rankOfConcatenation(const Node* node) const {
    const Node* const list = node->input(0)->node();
    const auto dimension = integer(node->input(1));
    if (list->kind() != c10::prim::ListConstruct || list->inputs().empty() || !dimension || *dimension < 1) {
      return std::nullopt;
    }
    const std::optional<int64_t> rank = rankOf(list->input(0));
    const bool isAlike = std::all_of(list->inputs().begin(), list->inputs().end(),
                                     [&](const Value* value) { return rankOf(value) == rank; });
    return isAlike ? rank : std::nullopt;
  }

  // A part of each row, or, as in x[:, 1:], all of them first.
  static bool slicesWithinRows(const Node* node) {
    const auto dimension = integer(node->input(1));
    if (dimension != 0) return dimension > 0;
    return isNone(node->input(2)) && isNone(node->input(3)) && integer(node->input(4)) == 1;
  }

  // Two numbers for each dimension from the last on.
  static bool padsWithinRows(const Node* node, int64_t rank) {
    const auto constant = torch::jit::toIValue(node->input(1));
    const Node* const list = node->input(1)->node();
    const size_t numbers = constant ? constant->toIntVector().size() : list->inputs().size();
    return (constant || list->kind() == c10::prim::ListConstruct) && numbers <= 2 * static_cast<size_t>(rank - 1);
  }

  static std::optional<int64_t> rankAfterMean(const Node* node, int64_t rank) {
    if (node->inputs().size() < 4) return std::nullopt;  // of all numbers
    const auto dimensions = torch::jit::toIValue(node->input(1));
    const auto keeps = torch::jit::toIValue(node->input(2));
    if (!dimensions || !dimensions->isIntList() || !keeps || !keeps->isBool()) return std::nullopt;
    const std::vector<int64_t> reduced = dimensions->toIntVector();
    const bool sparesRows = !reduced.empty() && std::all_of(reduced.begin(), reduced.end(), [&](int64_t dimension) {
      return (dimension < 0 ? dimension + rank : dimension) > 0;
    });
    if (!sparesRows) return std::nullopt;
    return keeps->toBool() ? rank : rank - static_cast<int64_t>(reduced.size());
  }

  std::unordered_map<const Value*, int64_t> ranks_;
};

}  // namespace

bool keepsRowsApart(const torch::jit::Graph& graph) { return RowWalk().follow(graph); }

}  // namespace kinetorch::network
