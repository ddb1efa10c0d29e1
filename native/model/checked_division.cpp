#include "native/model/checked_division.h"

#include <ATen/core/stack.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <sstream>
#include <stdexcept>

namespace kinetorch::model {
namespace {

using torch::jit::Operator;
using torch::jit::Stack;

constexpr int64_t kSmallest = std::numeric_limits<int64_t>::min();

void checkOperands(const Stack& stack, bool takesZero) {
  const c10::IValue& a = torch::jit::peek(stack, 0, 2);
  const c10::IValue& b = torch::jit::peek(stack, 1, 2);
  if (!a.isInt() || !b.isInt()) return;
  if (b.toInt() == 0 && !takesZero) {
    throw std::runtime_error("ZeroDivisionError: integer division or modulo by zero");
  }
  const bool overflows =
      (a.toInt() == kSmallest && b.toInt() == -1) || (takesZero && a.toInt() == -1 && b.toInt() == kSmallest);
  if (overflows) throw std::runtime_error("OverflowError: the quotient of -2**63 and -1 has more than 64 bits");
}

void replace(const c10::OperatorName& name, bool takesZero) {
  // Kept for good: code that was compiled before refers to it.
  const std::shared_ptr<Operator> original = torch::jit::findOperatorFor(name);
  if (original == nullptr) return;
  std::ostringstream schema;
  schema << original->schema();
  const c10::AliasAnalysisKind kind = original->aliasAnalysisKind();
  torch::jit::deregisterOperator(original->schema());
  const auto checked = [original, operation = original->getOperation(), takesZero](Stack& stack) mutable {
    checkOperands(stack, takesZero);
    operation(stack);
  };
  torch::jit::registerOperator(Operator(schema.str(), torch::jit::Operation(checked), kind));
}

}  // namespace

void checkDivisions() {
  static std::once_flag once;
  std::call_once(once, [] {
    replace({"aten::remainder", "int"}, false);
    replace({"aten::remainder", ""}, false);
    replace({"aten::floordiv", "int"}, false);
    replace({"aten::floordiv", ""}, false);
    replace({"aten::divmod", "int"}, false);
    replace({"aten::gcd", "int"}, true);
  });
}

}  // namespace kinetorch::model
