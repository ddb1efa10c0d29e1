#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <memory>

#include "native/network/operators/convolution3d.h"
#include "native/network/operators/convolution_operator.h"

namespace kinetorch::network {

// Rewrites the convolutions of a frozen graph for which `isSuitable`, each with an addition and a ReLU that follow, to
// the operators that `make` gives for them, in their order. Whatever does not match stays as it is.
void replaceConvolutions(
    const std::shared_ptr<torch::jit::Graph>& graph, const std::function<bool(const Convolution3d&)>& isSuitable,
    const std::function<c10::intrusive_ptr<ConvolutionOperator>(const Convolution3d&, bool relu)>& make);

// Of a node that replaceConvolutions() has put into a graph; null for any other.
c10::intrusive_ptr<ConvolutionOperator> operatorOf(const torch::jit::Node* node);
void setOperator(torch::jit::Node* node, const c10::intrusive_ptr<ConvolutionOperator>& layer);

}  // namespace kinetorch::network
