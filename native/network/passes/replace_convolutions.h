#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/custom_class.h>

#include <functional>
#include <memory>

#include "native/network/passes/convolution_node.h"

namespace kinetorch::network {

// A convolution with its bias, the addition of a residual, and ReLU.
class ConvolutionOperator : public torch::CustomClassHolder {
 public:
  // N×C×T×H×W -> N×K×T'×H'×W', or one clip without N. `residual` may be undefined.
  virtual at::Tensor run(const at::Tensor& input, const at::Tensor& residual) = 0;
};

// Rewrites the convolutions of a frozen graph for which `isSuitable`, each with an addition and a ReLU that follow, to
// the operators that `make` gives for them, in their order. Whatever does not match stays as it is.
void replaceConvolutions(
    const std::shared_ptr<torch::jit::Graph>& graph, const std::function<bool(const Convolution3d&)>& isSuitable,
    const std::function<c10::intrusive_ptr<ConvolutionOperator>(const Convolution3d&, bool relu)>& make);

}  // namespace kinetorch::network
