#include "native/network/operators/library_convolution.h"

#include <ATen/ATen.h>

namespace kinetorch::network {

// at::conv3d would take a much slower path than oneDNN for some layers at batch 1.
at::Tensor libraryConvolution(const at::Tensor& input, const Convolution3d& convolution) {
  const auto& [weight, bias, stride, padding, dilation, groups] = convolution;
  if (groups == 1 && at::globalContext().hasMKLDNN()) {
    return at::mkldnn_convolution(input, weight, bias, padding, stride, dilation, groups);
  }
  return at::conv3d(input, weight, bias, stride, padding, dilation, groups);
}

}  // namespace kinetorch::network
