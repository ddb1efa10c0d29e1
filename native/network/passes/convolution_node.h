#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <optional>

#include "native/network/operators/convolution3d.h"

namespace kinetorch::network {

// What the node computes if it is one, in either form: what scripting makes of a convolution, and what tracing does.
std::optional<Convolution3d> convolutionOf(const torch::jit::Node* node);

// Of two tensors, not scaled.
bool isAddition(const torch::jit::Node* node);
bool isRelu(const torch::jit::Node* node);

}  // namespace kinetorch::network
