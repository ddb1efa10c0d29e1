#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>

#include "native/kernels/conv.h"

namespace kinetorch::network {

// Makes N×C×T×H×W numbers the bytes that layers in int8 read, before `reader`.
torch::jit::Node* insertQuantise(torch::jit::Node* reader, torch::jit::Value* numbers,
                                 const kernels::Quantisation& format);
// Makes what such a layer gives numbers again, after it.
torch::jit::Node* insertDequantise(torch::jit::Value* bytes, const kernels::Quantisation& format, int64_t channels);

}  // namespace kinetorch::network
