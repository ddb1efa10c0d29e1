#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <optional>
#include <vector>

#include "native/network/operators/convolution3d.h"

namespace kinetorch::network {

// What the node computes if it is one, in either form: what scripting makes of a convolution, and what tracing does.
std::optional<Convolution3d> convolutionOf(const torch::jit::Node* node);

// Those of a block for which `isSuitable`, in the order in which passes number them: those of inner blocks first.
std::vector<torch::jit::Node*> convolutionsIn(torch::jit::Block* block,
                                              const std::function<bool(const Convolution3d&)>& isSuitable);

// Of two tensors, not scaled.
bool isAddition(const torch::jit::Node* node);
bool isRelu(const torch::jit::Node* node);

}  // namespace kinetorch::network
