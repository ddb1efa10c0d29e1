#include "native/network/operators/cuda_convolution.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>
#include <torch/library.h>

#include <functional>
#include <optional>

#include "test/native/support/relative_error.h"

namespace kinetorch::network {
namespace {

// What an engine of cuDNN makes of the sums of a convolution with its bias; counted.
std::function<at::Tensor(const at::Tensor& sums, const at::Tensor& added, double scale)> engine;
int calls = 0;

using Bias = std::optional<at::Tensor>;

at::Tensor addRelu(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& added,
                   const std::optional<at::Scalar>& scale, const Bias& bias, at::IntArrayRef stride,
                   at::IntArrayRef padding, at::IntArrayRef dilation, int64_t groups) {
  ++calls;
  return engine(at::conv3d(input, weight, bias, stride, padding, dilation, groups), added, scale->toDouble()).relu();
}

// As LibTorch's, with the output's own memory for what is added; here that happens to be zeros.
at::Tensor relu(const at::Tensor& input, const at::Tensor& weight, const Bias& bias, at::IntArrayRef stride,
                at::IntArrayRef padding, at::IntArrayRef dilation, int64_t groups) {
  ++calls;
  const at::Tensor sums = at::conv3d(input, weight, bias, stride, padding, dilation, groups);
  return engine(sums, at::zeros_like(sums), 0).relu();
}

// cuDNN on the CPU, for as long as a test runs.
class CudaConvolutionTest : public testing::Test {
 protected:
  CudaConvolutionTest() : library_(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__) {
    library_.impl("cudnn_convolution_relu", TORCH_FN(relu));
    library_.impl("cudnn_convolution_add_relu", TORCH_FN(addRelu));
    calls = 0;
    at::manual_seed(2);
    convolution_.weight = at::randn({8, 8, 1, 3, 3});
    convolution_.bias = at::randn({8});
    convolution_.padding = {0, 1, 1};
  }

  double error(CudaConvolution& convolution, const at::Tensor& input, const at::Tensor& residual) const {
    const c10::InferenceMode guard;
    const at::Tensor sums = at::conv3d(input, convolution_.weight, convolution_.bias, 1, {0, 1, 1});
    const at::Tensor expected = (residual.defined() ? sums + residual : sums).relu();
    return test::relativeError(convolution.run(input, residual), expected);
  }

  // How often cuDNN is asked for a second batch of a size, after which the result has to be right all the same.
  int callsOnceKnown(const at::Tensor& residual) {
    CudaConvolution convolution(convolution_, true, nullptr);
    EXPECT_LE(error(convolution, input_, residual), 1e-5);
    const int before = calls;
    EXPECT_GT(before, 0);
    EXPECT_LE(error(convolution, input_ * 2, residual), 1e-5);
    return calls - before;
  }

  torch::Library library_;
  Convolution3d convolution_;
  at::Tensor input_ = at::randn({2, 8, 3, 5, 6});
};

TEST_F(CudaConvolutionTest, UsesAnEngineThatIsRight) {
  engine = [](const at::Tensor& sums, const at::Tensor& added, double scale) {
    return scale == 0 ? sums : sums + added * scale;
  };
  EXPECT_EQ(callsOnceKnown({}), 1);
  EXPECT_EQ(callsOnceKnown(input_), 1);
}

TEST_F(CudaConvolutionTest, AvoidsAnEngineThatReadsWhatNothingHasWritten) {
  engine = [](const at::Tensor& sums, const at::Tensor& added, double scale) { return sums + added * scale; };
  EXPECT_EQ(callsOnceKnown({}), 0);
  EXPECT_EQ(callsOnceKnown(input_), 1);  // a residual is there to be read
  // NaN that comes out of ReLU as zero is no better.
  engine = [](const at::Tensor& sums, const at::Tensor& added, double scale) {
    return (sums + added * scale).nan_to_num(0);
  };
  EXPECT_EQ(callsOnceKnown({}), 0);
}

TEST_F(CudaConvolutionTest, AvoidsAnEngineThatIsWrongOrMissing) {
  engine = [](const at::Tensor& sums, const at::Tensor&, double) { return sums * 1.1; };
  EXPECT_EQ(callsOnceKnown({}), 0);
  EXPECT_EQ(callsOnceKnown(input_), 0);
  engine = [](const at::Tensor&, const at::Tensor&, double) -> at::Tensor {
    TORCH_CHECK(false, "FIND was unable to find an engine to execute this computation");
  };
  EXPECT_EQ(callsOnceKnown({}), 0);
}

TEST_F(CudaConvolutionTest, TriesEverySizeOnItsOwn) {
  engine = [](const at::Tensor& sums, const at::Tensor& added, double scale) -> at::Tensor {
    TORCH_CHECK(sums.size(0) > 1, "no engine for one clip");
    return scale == 0 ? sums : sums + added * scale;
  };
  CudaConvolution convolution(convolution_, true, nullptr);
  for (int repeat = 0; repeat < 2; ++repeat) {
    const int before = calls;
    EXPECT_LE(error(convolution, input_, {}), 1e-5);
    EXPECT_GT(calls, before);
    EXPECT_LE(error(convolution, input_.slice(0, 0, 1), {}), 1e-5);
  }
  const int before = calls;
  EXPECT_LE(error(convolution, input_.slice(0, 0, 1), {}), 1e-5);
  EXPECT_EQ(calls, before);
}

// Less memory would do for a smaller batch, which is not for a convolution to decide.
TEST_F(CudaConvolutionTest, SaysThatMemoryHasRunOut) {
  engine = [](const at::Tensor&, const at::Tensor&, double) -> at::Tensor {
    TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory");
  };
  CudaConvolution convolution(convolution_, true, nullptr);
  EXPECT_THROW(convolution.run(input_, {}), c10::OutOfMemoryError);
}

TEST_F(CudaConvolutionTest, LeavesOtherConvolutionsToLibTorch) {
  engine = [](const at::Tensor& sums, const at::Tensor&, double) { return sums; };
  CudaConvolution(convolution_, /*relu=*/false, nullptr).run(input_, {});
  Convolution3d grouped = convolution_;
  grouped.weight = at::randn({8, 4, 1, 3, 3});
  grouped.groups = 2;
  CudaConvolution(grouped, true, nullptr).run(input_, {});
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace kinetorch::network
