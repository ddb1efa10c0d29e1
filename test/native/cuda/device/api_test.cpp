// kinetorch_cuda on a GPU, beside what LibTorch makes of the same. A program of its own (kinetorch_cuda_tests), since
// it needs a CUDA LibTorch; without a device it skips all of its tests and says how many.
#include <ATen/ATen.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>

#include "native/runtime/cuda_library.h"

namespace kinetorch::cuda {
namespace {

using Sizes = std::array<int64_t, 3>;

const at::Device kDevice(at::kCUDA, 0);

const CudaApi& api() {
  const CudaApi* const library = cudaLibrary();
  if (library == nullptr) throw std::runtime_error("no kinetorch_cuda: " + cudaLibraryReason());
  return *library;
}

at::Tensor noise(at::IntArrayRef sizes, at::ScalarType type) {
  return at::randn(sizes, at::TensorOptions(kDevice).dtype(at::kFloat)).to(type);
}

at::Tensor clips(at::IntArrayRef sizes, at::ScalarType type) {
  return noise(sizes, type).contiguous(at::MemoryFormat::ChannelsLast3d);
}

// Equal but for the rounding of the result to its type, and of the sums in float.
void expectRounded(const at::Tensor& actual, const at::Tensor& exact) {
  ASSERT_EQ(actual.sizes(), exact.sizes());
  const double halfUlp = actual.scalar_type() == at::kHalf ? 1.0 / 2048 : 1.0 / 256;
  const at::Tensor difference = (actual.to(at::kDouble) - exact).abs();
  EXPECT_TRUE((difference <= exact.abs() * (1.01 * halfUlp) + 2e-4).all().item<bool>())
      << "largest difference " << difference.max().item<double>();
}

struct Layer {
  int64_t batch;
  int64_t channels;
  Sizes in;
  Sizes kernel;
  Sizes stride;
  Sizes padding;
};

void expectConv3d(const Layer& layer, at::ScalarType type, bool withBias, bool withResidual, bool relu) {
  const at::Tensor input = clips({layer.batch, layer.channels, layer.in[0], layer.in[1], layer.in[2]}, type);
  const at::Tensor weight = noise({layer.channels, 1, layer.kernel[0], layer.kernel[1], layer.kernel[2]}, type);
  const at::Tensor bias = withBias ? noise({layer.channels}, type) : at::Tensor();
  const auto asDouble = [](const at::Tensor& tensor) { return tensor.defined() ? tensor.to(at::kDouble) : tensor; };
  at::Tensor exact = at::conv3d(asDouble(input), asDouble(weight), asDouble(bias), layer.stride, layer.padding,
                                Sizes{1, 1, 1}, layer.channels);
  const at::Tensor residual = withResidual ? clips(exact.sizes(), type) : at::Tensor();
  if (withResidual) exact = exact + asDouble(residual);
  if (relu) exact = exact.relu();
  ASSERT_TRUE(api().supportsDepthwise(input, weight, layer.stride, layer.padding, Sizes{1, 1, 1}));
  const at::Tensor packed = weight.permute({1, 2, 3, 4, 0}).contiguous().permute({4, 0, 1, 2, 3});
  for (const at::Tensor& each : {weight, packed}) {
    const at::Tensor actual = api().depthwise(input, each, bias, residual, layer.stride, layer.padding, relu);
    EXPECT_TRUE(actual.is_contiguous(at::MemoryFormat::ChannelsLast3d));
    EXPECT_EQ(actual.scalar_type(), type);
    expectRounded(actual, exact);
  }
}

TEST(CudaApi, DepthwiseIsConv3d) {
  const std::vector<Layer> layers = {
      // ir_csn_50's, on smaller clips.
      {2, 64, {8, 56, 56}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}},
      {1, 128, {8, 56, 56}, {3, 3, 3}, {2, 2, 2}, {1, 1, 1}},
      {3, 256, {8, 14, 14}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}},
      {1, 512, {4, 7, 7}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}},
      // The other tiles, odd sizes, and kernels and channels that no tile suits.
      {2, 54, {5, 13, 9}, {3, 3, 3}, {1, 2, 2}, {1, 1, 1}},
      {2, 64, {5, 13, 9}, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}},
      {2, 12, {5, 13, 9}, {1, 3, 3}, {1, 2, 2}, {0, 1, 1}},
      {2, 64, {7, 5, 9}, {3, 1, 1}, {1, 1, 1}, {1, 0, 0}},
      {2, 24, {7, 5, 9}, {5, 1, 1}, {1, 1, 1}, {2, 0, 0}},
      {2, 45, {7, 5, 9}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}},
      {2, 16, {7, 9, 9}, {5, 5, 5}, {2, 1, 3}, {2, 0, 1}},
      {1, 2, {1, 1, 1}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}},
  };
  int64_t options = 0;
  for (const Layer& layer : layers) {
    for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
      for (int i = 0; i < 3; ++i, options += 3) {
        expectConv3d(layer, type, (options & 1) != 0, (options & 2) != 0, (options & 4) != 0);
      }
    }
  }
}

TEST(CudaApi, DepthwiseRefusesWhatItDoesNotTake) {
  const Sizes one{1, 1, 1};
  const auto takes = [&](const at::Tensor& input, const at::Tensor& weight, const Sizes& dilation) {
    return api().supportsDepthwise(input, weight, one, one, dilation);
  };
  const at::Tensor input = clips({1, 8, 4, 6, 6}, at::kHalf);
  const at::Tensor weight = noise({8, 1, 3, 3, 3}, at::kHalf);
  EXPECT_TRUE(takes(input, weight, one));
  EXPECT_FALSE(takes(input, weight, {1, 2, 1}));
  EXPECT_FALSE(takes(input.to(at::kFloat), weight.to(at::kFloat), one));
  EXPECT_FALSE(takes(input, weight.to(at::kBFloat16), one));
  EXPECT_FALSE(takes(input.contiguous(), weight, one));
  EXPECT_FALSE(takes(input, noise({8, 8, 3, 3, 3}, at::kHalf), one));
  EXPECT_FALSE(takes(input, noise({8, 1, 9, 3, 3}, at::kHalf), one));
  EXPECT_FALSE(takes(input.cpu(), weight.cpu(), one));
  EXPECT_THROW(api().depthwise(input.contiguous(), weight, {}, {}, one, one, false), c10::Error);
}

TEST(CudaApi, BiasResidualReluAddsAndRounds) {
  for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const int64_t channels : {45, 64}) {
      for (int options = 0; options < 8; ++options) {
        at::Tensor x = clips({2, channels, 3, 5, 7}, type);
        const at::Tensor bias = (options & 1) != 0 ? noise({channels}, type) : at::Tensor();
        const at::Tensor residual = (options & 2) != 0 ? clips(x.sizes(), type) : at::Tensor();
        at::Tensor exact = x.to(at::kDouble);
        if (bias.defined()) exact = exact + bias.to(at::kDouble).view({1, channels, 1, 1, 1});
        if (residual.defined()) exact = exact + residual.to(at::kDouble);
        if ((options & 4) != 0) exact = exact.relu();
        api().biasResidualRelu(x, bias, residual, (options & 4) != 0);
        expectRounded(x, exact);
      }
    }
  }
  at::Tensor wrong = noise({2, 8, 3, 5, 7}, at::kHalf);
  EXPECT_THROW(api().biasResidualRelu(wrong, {}, {}, true), c10::Error);
}

// uint8 frames on the device, resized by LibTorch and rounded: T×h×w×3 of doubles.
at::Tensor preprocessed(const at::Tensor& bytes, const std::vector<int64_t>& frames, const CudaCrop& crop,
                        at::IntArrayRef window) {
  const at::Tensor box = bytes.index_select(0, at::tensor(frames, at::kLong).to(kDevice))
                             .narrow(1, crop.boxTop, crop.boxHeight)
                             .narrow(2, crop.boxLeft, crop.boxWidth)
                             .permute({0, 3, 1, 2})
                             .to(at::kDouble);
  const std::array<int64_t, 2> size{crop.resizedHeight, crop.resizedWidth};
  const at::Tensor resized =
      crop.antialias ? at::_upsample_bilinear2d_aa(box, size, false) : at::upsample_bilinear2d(box, size, false);
  const at::Tensor kept = resized.narrow(2, crop.top, window[0]).narrow(3, crop.left, window[1]).permute({0, 2, 3, 1});
  return crop.flip ? kept.flip(2) : kept;
}

TEST(CudaApi, PreprocessIsResizeCropAndNormalise) {
  const std::vector<int64_t> frames = {0, 2, 1, 4};
  const at::Tensor bytes = at::randint(0, 256, {5, 120, 90, 3}, at::TensorOptions(kDevice).dtype(at::kByte));
  for (const bool antialias : {false, true}) {
    for (const bool flip : {false, true}) {
      for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16}) {
        const CudaCrop crop = {3, 5, 110, 80, 64, 171, 7, 20, flip, antialias, {0.5F, 0.25F, 2}, {1, -3, 0.5F}};
        const at::Tensor batch = at::full({2, 3, 4, 48, 56}, -7, at::TensorOptions(kDevice).dtype(type))
                                     .contiguous(at::MemoryFormat::ChannelsLast3d);
        const at::Tensor slot = batch.select(0, 1).permute({1, 2, 3, 0});
        api().preprocess(bytes, frames, crop, slot);
        const auto vectorOf = [](const std::array<float, 3>& values) {
          return at::tensor({values[0], values[1], values[2]}).to(kDevice).to(at::kDouble);
        };
        // A value near a half may be rounded either way.
        const at::Tensor exact = preprocessed(bytes, frames, crop, {48, 56});
        const at::Tensor scale = vectorOf(crop.scale);
        const at::Tensor unrounded = exact * scale + vectorOf(crop.shift);
        const double ulp = type == at::kFloat ? 1e-6 : type == at::kHalf ? 1e-3 : 8e-3;
        const at::Tensor allowed = scale * 0.501 + unrounded.abs() * ulp + 1e-5;
        EXPECT_TRUE(((slot.to(at::kDouble) - unrounded).abs() <= allowed + scale * ulp).all().item<bool>());
        EXPECT_TRUE((batch[0] == -7).all().item<bool>());
      }
    }
  }
  CudaCrop outside;
  outside.boxHeight = outside.boxWidth = outside.resizedHeight = outside.resizedWidth = 200;
  EXPECT_THROW(api().preprocess(bytes, frames, outside, at::empty({4, 8, 8, 3}, kDevice)), c10::Error);
}

TEST(CudaApi, PreprocessTakesMoreFramesThanOneLaunch) {
  const at::Tensor bytes = at::randint(0, 256, {7, 4, 4, 3}, at::TensorOptions(kDevice).dtype(at::kByte));
  std::vector<int64_t> frames;
  for (int64_t t = 0; t < 600; ++t) frames.push_back(t * 5 % 7);
  const at::Tensor slot = at::empty({600, 4, 4, 3}, kDevice);
  api().preprocess(bytes, frames, {0, 0, 4, 4, 4, 4, 0, 0, false, false, {1, 1, 1}, {0, 0, 0}}, slot);
  EXPECT_TRUE(at::equal(slot, bytes.index_select(0, at::tensor(frames, at::kLong).to(kDevice)).to(at::kFloat)));
}

TEST(CudaApi, CapturedGraphRepeatsTheWork) {
  const at::Tensor input = clips({1, 64, 4, 8, 8}, at::kHalf);
  const at::Tensor weight = noise({64, 1, 3, 3, 3}, at::kHalf);
  const Sizes one{1, 1, 1};
  at::Tensor result;
  const auto work = [&] { result = api().depthwise(input, weight, {}, {}, one, one, true).mul(2); };
  work();
  const std::unique_ptr<CapturedGraph> graph = api().captureGraph(work);
  const at::Tensor held = result;
  for (int i = 0; i < 3; ++i) {
    input.copy_(clips(input.sizes(), at::kHalf));
    graph->replay();
    const at::Tensor replayed = held.clone();
    work();
    EXPECT_TRUE(at::equal(replayed, result));
  }
}

TEST(CudaApi, FailedCaptureLeavesTheDeviceUsable) {
  const at::Tensor input = noise({1 << 20}, at::kFloat);
  EXPECT_THROW(api().captureGraph([] { throw std::runtime_error("on purpose"); }), std::runtime_error);
  // Waiting for the device is not allowed while capturing.
  EXPECT_THROW(api().captureGraph([&] { input.sum().item<float>(); }), c10::Error);
  at::Tensor doubled;
  const std::unique_ptr<CapturedGraph> graph = api().captureGraph([&] { doubled = input * 2; });
  graph->replay();
  EXPECT_TRUE(at::equal(doubled, input + input));
}

TEST(CudaApi, MemoryFractionIsALimit) {
  size_t free = 0;
  size_t total = 0;
  cudaMemGetInfo(&free, &total);
  api().setMemoryFraction(0.01, 0);
  const auto tooMuch = static_cast<int64_t>(total / 20);
  EXPECT_THROW(at::empty({tooMuch}, at::TensorOptions(kDevice).dtype(at::kByte)), c10::OutOfMemoryError);
  api().setMemoryFraction(1.0, 0);
  EXPECT_EQ(at::empty({tooMuch}, at::TensorOptions(kDevice).dtype(at::kByte)).numel(), tooMuch);
}

// Queued behind other work of a stream that is not the default one.
TEST(CudaApi, WorkGoesToTheCurrentStream) {
  const c10::cuda::CUDAStreamGuard guard(c10::cuda::getStreamFromPool());
  at::Tensor x = at::ones({1, 64, 4, 64, 64}, kDevice).contiguous(at::MemoryFormat::ChannelsLast3d);
  for (int i = 0; i < 100; ++i) {
    x.mul_(2).div_(2);
    api().biasResidualRelu(x, {}, x.clone(), true);
    x.div_(2);
  }
  EXPECT_TRUE((x == 1).all().item<bool>());
}

}  // namespace
}  // namespace kinetorch::cuda

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (c10::cuda::device_count() == 0) {
    std::printf("SKIPPED: %d tests of kinetorch_cuda (no CUDA device)\n",
                testing::UnitTest::GetInstance()->total_test_count());
    return 0;
  }
  return RUN_ALL_TESTS();
}
