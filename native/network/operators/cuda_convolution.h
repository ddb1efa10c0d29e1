#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "native/network/operators/convolution3d.h"
#include "native/network/operators/convolution_operator.h"

namespace kinetorch {
struct CudaApi;
}

namespace kinetorch::network {

// A convolution with its bias, the addition of a residual, and ReLU, by the fewest passes over memory that are to be
// had: our library's depthwise kernel; cuDNN's fused operator; else a convolution and one pass of our library for all
// that follows, or LibTorch's operators in place where there is no library.
//
// It runs anywhere: what a device lacks is not used. For one thread: cuDNN keeps what it has measured by thread.
class CudaConvolution final : public ConvolutionOperator {
 public:
  // `library` may be null; it must outlive this.
  CudaConvolution(const Convolution3d& convolution, bool relu, const CudaApi* library);

  at::Tensor run(const at::Tensor& input, const at::Tensor& residual) override;

 private:
  struct Trial {
    std::vector<int64_t> sizes;  // of the input
    bool isRight;                // by cuDNN
  };

  bool isLikeOutput(const at::Tensor& input, const at::Tensor& residual) const;
  bool suitsCudnn(const at::Tensor& input) const;
  bool isRightByCudnn(const at::Tensor& input, const at::Tensor& residual);
  at::Tensor runCudnn(const at::Tensor& input, const at::Tensor& residual) const;
  at::Tensor runCudnnAdding(const at::Tensor& input, const at::Tensor& added, double scale) const;
  at::Tensor runUnfused(const at::Tensor& input, const at::Tensor& residual) const;
  at::Tensor runPlain(const at::Tensor& input, const at::Tensor& residual) const;

  Convolution3d convolution_;
  bool relu_;
  const CudaApi* library_;
  std::vector<Trial> trials_;
};

}  // namespace kinetorch::network
