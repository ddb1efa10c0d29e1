#include "native/training/convolution_backward.h"

#include <ATen/ATen.h>
#include <ATen/ops/convolution_backward_compositeexplicitautograd_dispatch.h>
#include <torch/library.h>

#include <array>
#include <tuple>
#include <vector>

namespace kinetorch::training {
namespace {

using Gradients = std::tuple<at::Tensor, at::Tensor, at::Tensor>;

constexpr int64_t kTime = 2;

// One number stands for all three dimensions.
std::vector<c10::SymInt> ofEachDimension(c10::SymIntArrayRef numbers) {
  return numbers.size() == 1 ? std::vector<c10::SymInt>(3, numbers.front()) : numbers.vec();
}

bool isLongerThanItsInput(const at::Tensor& input, const at::Tensor& weight, c10::SymIntArrayRef dilation) {
  if (input.dim() != 5 || input.scalar_type() != at::kBFloat16) return false;
  return (weight.size(kTime) - 1) * dilation.front().expect_int() + 1 > input.size(kTime);
}

// Takes precedence on a CPU over LibTorch's, which is for all backends and which it calls.
// See Note [Kernels longer than the clip].
Gradients convolutionBackward(const at::Tensor& gradient, const at::Tensor& input, const at::Tensor& weight,
                              at::OptionalSymIntArrayRef biasSizes, c10::SymIntArrayRef stride,
                              c10::SymIntArrayRef padding, c10::SymIntArrayRef dilation, bool transposed,
                              c10::SymIntArrayRef outputPadding, c10::SymInt groups, std::array<bool, 3> wanted) {
  const auto plain = at::compositeexplicitautograd::convolution_backward_symint;
  if (transposed || !isLongerThanItsInput(input, weight, dilation)) {
    return plain(gradient, input, weight, biasSizes, stride, padding, dilation, transposed, outputPadding, groups,
                 wanted);
  }
  const int64_t frames = padding.front().expect_int();
  std::vector<c10::SymInt> rest = ofEachDimension(padding);
  rest.front() = 0;
  Gradients gradients = plain(gradient, at::constant_pad_nd(input, {0, 0, 0, 0, frames, frames}), weight, biasSizes,
                              stride, rest, dilation, transposed, outputPadding, groups, wanted);
  at::Tensor& ofInput = std::get<0>(gradients);
  if (ofInput.defined()) {
    ofInput = ofInput.narrow(kTime, frames, input.size(kTime)).contiguous(input.suggest_memory_format());
  }
  return gradients;
}

}  // namespace

void mendConvolutionBackward() {
  // Never taken back: threads may still train while a process ends.
  static auto* const library =
      new torch::Library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
  static const bool once = (library->impl("convolution_backward", convolutionBackward), true);
  static_cast<void>(once);
}

}  // namespace kinetorch::training
