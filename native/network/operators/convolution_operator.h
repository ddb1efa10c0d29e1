#pragma once

#include <ATen/core/Tensor.h>
#include <torch/custom_class.h>

namespace kinetorch::network {

// A convolution with its bias, the addition of a residual, and ReLU.
class ConvolutionOperator : public torch::CustomClassHolder {
 public:
  // N×C×T×H×W -> N×K×T'×H'×W', or one clip without N. `residual` may be undefined.
  virtual at::Tensor run(const at::Tensor& input, const at::Tensor& residual) = 0;
};

}  // namespace kinetorch::network
