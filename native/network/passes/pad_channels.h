#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace kinetorch::network {

// Note [Widths for tensor cores]
// In half precision tensor cores read eight channels at once, and cuDNN is slow or has no such kernel where a width is
// no multiple of eight: 45, 230, 460 and 921 of R(2+1)D. Channels that are zero change nothing, since the convolutions
// that read them get zero weights for them.

// Widens the convolutions of a frozen graph to multiples of eight channels, wherever nothing but ReLU and convolutions
// sees their outputs. Grouped convolutions, and those whose outputs go elsewhere, stay as they are.
void padChannels(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace kinetorch::network
