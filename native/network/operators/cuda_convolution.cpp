#include "native/network/operators/cuda_convolution.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "native/network/agreement.h"
#include "native/runtime/cuda_api.h"
#include "native/runtime/error.h"

namespace kinetorch::network {
namespace {

// LibTorch's operators for cuDNN take an undefined tensor for a bias.
std::optional<at::Tensor> optional(const at::Tensor& tensor) {
  return tensor.defined() ? std::optional<at::Tensor>(tensor) : std::nullopt;
}

}  // namespace

CudaConvolution::CudaConvolution(const Convolution3d& convolution, bool relu, const CudaApi* library)
    : convolution_(convolution), relu_(relu), library_(library) {}

at::Tensor CudaConvolution::run(const at::Tensor& input, const at::Tensor& residual) {
  const bool isAlike = !residual.defined() || isLikeOutput(input, residual);
  if (!isAlike || input.dim() != 5 || input.numel() == 0) return runPlain(input, residual);
  const at::Tensor dense = input.contiguous(at::MemoryFormat::ChannelsLast3d);
  const at::Tensor added = residual.defined() ? residual.contiguous(at::MemoryFormat::ChannelsLast3d) : residual;
  auto& [weight, bias, stride, padding, dilation, groups] = convolution_;
  if (library_ && library_->supportsDepthwise(dense, weight, stride, padding, dilation)) {
    // As its kernel reads it; after the first time nothing is copied.
    weight = weight.permute({1, 2, 3, 4, 0}).contiguous().permute({4, 0, 1, 2, 3});
    return library_->depthwise(dense, weight, bias, added, stride, padding, relu_);
  }
  if (suitsCudnn(dense) && isRightByCudnn(dense, added)) return runCudnn(dense, added);
  return runUnfused(dense, added);
}

// LibTorch's addition takes other shapes and kinds too; nothing else here does.
bool CudaConvolution::isLikeOutput(const at::Tensor& input, const at::Tensor& residual) const {
  if (input.dim() != 5 || residual.dim() != 5 || residual.scalar_type() != input.scalar_type()) return false;
  if (residual.size(0) != input.size(0) || residual.size(1) != convolution_.weight.size(0)) return false;
  for (int64_t i = 0; i < 3; ++i) {
    const auto axis = static_cast<size_t>(i);
    const int64_t reach = convolution_.dilation[axis] * (convolution_.weight.size(2 + i) - 1) + 1;
    const int64_t room = input.size(2 + i) + 2 * convolution_.padding[axis] - reach;
    if (room < 0 || residual.size(2 + i) != room / convolution_.stride[axis] + 1) return false;
  }
  return true;
}

// It has no fused operator without ReLU, and of grouped convolutions LibTorch knows which kernels are faster.
bool CudaConvolution::suitsCudnn(const at::Tensor& input) const {
  return relu_ && convolution_.groups == 1 && input.scalar_type() == convolution_.weight.scalar_type();
}

// Note [Trying cuDNN's fused operator]
// cuDNN has engines for some shapes, kinds and devices only, and LibTorch throws for the rest. Where there is no
// residual LibTorch gives it the output itself, which nothing has written yet, scaled by 0: an engine that reads it
// turns a NaN that happens to lie there into wrong values. So it is tried once for every shape, with NaN in that place,
// and used only if it then gives what the plain operators give.
bool CudaConvolution::isRightByCudnn(const at::Tensor& input, const at::Tensor& residual) {
  const auto known =
      std::find_if(trials_.begin(), trials_.end(), [&](const Trial& trial) { return input.sizes() == trial.sizes; });
  if (known != trials_.end()) return known->isRight;
  bool isRight = false;
  try {
    const at::Tensor expected = runUnfused(input, residual);
    isRight = agree(runCudnn(input, residual), expected, input.scalar_type());
    if (isRight && !residual.defined()) {
      const at::Tensor nothing = at::full_like(expected, std::numeric_limits<double>::quiet_NaN());
      isRight = agree(runCudnnAdding(input, nothing, 0), expected, input.scalar_type());
    }
  } catch (const std::exception&) {
    if (ranOutOfMemory()) throw;
    // It has no engine for this.
  }
  trials_.push_back({input.sizes().vec(), isRight});
  return isRight;
}

at::Tensor CudaConvolution::runCudnn(const at::Tensor& input, const at::Tensor& residual) const {
  if (residual.defined()) return runCudnnAdding(input, residual, 1);
  const auto& [weight, bias, stride, padding, dilation, groups] = convolution_;
  return at::cudnn_convolution_relu(input, weight, optional(bias), stride, padding, dilation, groups);
}

at::Tensor CudaConvolution::runCudnnAdding(const at::Tensor& input, const at::Tensor& added, double scale) const {
  const auto& [weight, bias, stride, padding, dilation, groups] = convolution_;
  return at::cudnn_convolution_add_relu(input, weight, added, scale, optional(bias), stride, padding, dilation, groups);
}

at::Tensor CudaConvolution::runUnfused(const at::Tensor& input, const at::Tensor& residual) const {
  if (!library_) return runPlain(input, residual);
  const auto& [weight, bias, stride, padding, dilation, groups] = convolution_;
  at::Tensor out = at::conv3d(input, weight, std::nullopt, stride, padding, dilation, groups)
                       .contiguous(at::MemoryFormat::ChannelsLast3d);
  library_->biasResidualRelu(out, bias, residual, relu_);
  return out;
}

at::Tensor CudaConvolution::runPlain(const at::Tensor& input, const at::Tensor& residual) const {
  const auto& [weight, bias, stride, padding, dilation, groups] = convolution_;
  at::Tensor out = at::conv3d(input, weight, bias, stride, padding, dilation, groups);
  if (residual.defined()) {
    const bool isAlike = residual.sizes() == out.sizes() && residual.scalar_type() == out.scalar_type();
    out = isAlike ? out.add_(residual) : out.add(residual);
  }
  return relu_ ? out.relu_() : out;
}

}  // namespace kinetorch::network
