#pragma once

#include <string_view>

namespace kinetorch::model {

// Whether this is an operator that computes and does nothing else: it reads and writes tensors, lists, numbers and
// text, and neither files nor anything else of the system. `name` is LibTorch's, of the namespace `aten`, with or
// without the
// `_` of those that work in place. A list of what is known to be so: what is not in it may be as harmless.
bool isKnownOperator(std::string_view name);
// The same of the namespace `prim`.
bool isKnownPrimitive(std::string_view name);
// Functions, casts and words of the language that may stand before a bracket.
bool isKnownFunction(std::string_view name);

}  // namespace kinetorch::model
