// See Note [Kernels longer than the clip].
#include <ATen/ATen.h>
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cstring>
#include <string>
#include <utility>

#include "native/training/trainer.h"
#include "test/native/support/relative_error.h"
#include "test/native/support/tiny_network.h"

namespace kinetorch::training {
namespace {

// Fills all memory that LibTorch and oneDNN take with numbers near the largest, so that one read before it was written
// shows.
class FilledMemory final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    c10::DataPtr block = under_->allocate(bytes);
    if (bytes > 0) std::memset(block.get(), 0x7f, bytes);
    return block;
  }
  c10::DeleterFnPtr raw_deleter() const override { return under_->raw_deleter(); }
  void copy_data(void* to, const void* from, size_t count) const override { default_copy_data(to, from, count); }

  void install() { c10::SetCPUAllocator(this); }
  void remove() { c10::SetCPUAllocator(under_); }

 private:
  c10::Allocator* const under_ = c10::GetCPUAllocator();
};

struct Case {
  int64_t frames;
  int64_t kernel;
  int64_t stride;
  int64_t dilation;
  int64_t groups;
  int64_t side = 1;  // of the kernel in space
};

class ConvolutionBackward : public testing::TestWithParam<Case> {
 protected:
  // A trainer mends it, for the process.
  ConvolutionBackward() { Trainer(test::sourceOf(test::tinyNetwork()), test::optionsOf(OptimizerKind::kSgd)); }
};

using WeightAndInput = std::pair<at::Tensor, at::Tensor>;

WeightAndInput gradientsIn(at::ScalarType precision, const Case& now, const at::Tensor& values,
                           const at::Tensor& weights) {
  const at::Tensor input = values.to(precision).detach().requires_grad_(true);
  const at::Tensor weight = weights.to(precision).detach().requires_grad_(true);
  const at::Tensor output =
      at::conv3d(input, weight, {}, {now.stride, 1, 1}, {(now.kernel / 2) * now.dilation, now.side / 2, now.side / 2},
                 {now.dilation, 1, 1}, now.groups);
  output.backward(at::ones_like(output));
  return {weight.grad().to(at::kFloat), input.grad().to(at::kFloat)};
}

TEST_P(ConvolutionBackward, IsNearThatOfFloat32InBfloat16) {
  const Case& now = GetParam();
  at::manual_seed(0);
  const auto layout = at::MemoryFormat::ChannelsLast3d;
  const int64_t outputs = now.groups > 1 ? 128 : 64;
  const at::Tensor values = at::randn({8, 128, now.frames, 4, 5}).contiguous(layout);
  const at::Tensor weights = at::randn({outputs, 128 / now.groups, now.kernel, now.side, now.side}).contiguous(layout);
  const WeightAndInput exact = gradientsIn(at::kFloat, now, values, weights);
  static FilledMemory memory;
  memory.install();
  const WeightAndInput rounded = gradientsIn(at::kBFloat16, now, values, weights);
  memory.remove();
  EXPECT_LT(test::relativeError(rounded.first, exact.first), 0.02);
  EXPECT_LT(test::relativeError(rounded.second, exact.second), 0.02);
}

INSTANTIATE_TEST_SUITE_P(AnyLength, ConvolutionBackward,
                         testing::Values(Case{2, 3, 1, 1, 1}, Case{2, 3, 1, 1, 128}, Case{4, 5, 1, 1, 1},
                                         Case{4, 5, 2, 1, 128}, Case{3, 5, 1, 1, 1}, Case{2, 3, 1, 1, 1, 3},
                                         Case{2, 3, 1, 2, 1}, Case{1, 3, 1, 1, 1}, Case{3, 3, 1, 1, 1},
                                         Case{8, 3, 2, 1, 1}),
                         [](const auto& info) {
                           const Case& now = info.param;
                           return std::to_string(now.kernel) + "Over" + std::to_string(now.frames) + "Stride" +
                                  std::to_string(now.stride) + "Dilation" + std::to_string(now.dilation) + "Groups" +
                                  std::to_string(now.groups) + "Side" + std::to_string(now.side);
                         });

}  // namespace
}  // namespace kinetorch::training
