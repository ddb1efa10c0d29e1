#pragma once

#include <ATen/core/Tensor.h>

namespace kinetorch::network {

// Weights of a convolution as int8, symmetric, with a step for each output channel: real = values × step.
struct Int8Weight {
  at::Tensor values;  // int8 K×…, −127…127
  at::Tensor step;    // float32 K×1×…×1: the largest of a channel's weights / 127, 1 where all are 0

  // float32 K×…, as what reads the file multiplies.
  at::Tensor real() const;
};

// Of float32 weights, K×….
Int8Weight int8WeightOf(const at::Tensor& weight);

}  // namespace kinetorch::network
