#include "native/preprocessing/bilinear_crop.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "native/augmentation/random_state.h"

namespace kinetorch::preprocessing {
namespace {

struct CropCase {
  int64_t height;
  int64_t width;
  CropPlan crop;
  int64_t cropHeight;
  int64_t cropWidth;
};

std::string describe(const CropCase& test) {
  const CropPlan& crop = test.crop;
  std::string text;
  for (const int64_t number :
       {test.height, test.width, crop.box.top, crop.box.left, crop.box.height, crop.box.width, crop.resizedHeight,
        crop.resizedWidth, crop.top, crop.left, test.cropHeight, test.cropWidth, int64_t{crop.flip}}) {
    text += std::to_string(number) + ' ';
  }
  return text;
}

// All of 240×320 to 128×171, as torchvision's presets for video do, and 112×112 of it.
CropCase preset(int64_t top, int64_t left) {
  return {240, 320, {{0, 0, 240, 320}, 128, 171, top, left, false}, 112, 112};
}

// In bytes that end where their allocation does, so that AddressSanitizer sees what is read beyond them.
std::unique_ptr<uint8_t[]> noise(int64_t count, augmentation::RandomState& random) {
  std::unique_ptr<uint8_t[]> bytes(new uint8_t[static_cast<size_t>(count)]);
  std::generate_n(bytes.get(), count, [&] { return static_cast<uint8_t>(random.next() >> 56); });
  return bytes;
}

// LibTorch's resize of the whole box, rounded; of it the window. float H×W×3.
at::Tensor byLibTorch(const at::Tensor& frame, const CropCase& test, at::MemoryFormat format) {
  const CropPlan& crop = test.crop;
  const at::Tensor box = frame.narrow(0, crop.box.top, crop.box.height).narrow(1, crop.box.left, crop.box.width);
  const at::Tensor image = box.permute({2, 0, 1}).unsqueeze(0).to(at::kFloat).contiguous(format);
  const at::Tensor resized = at::upsample_bilinear2d(image, {crop.resizedHeight, crop.resizedWidth}, false).round()[0];
  const at::Tensor window =
      resized.narrow(1, crop.top, test.cropHeight).narrow(2, crop.left, test.cropWidth).permute({1, 2, 0});
  return crop.flip ? window.flip(1) : window;
}

void expectLibTorchs(const CropCase& test, augmentation::RandomState& random) {
  InputSpec input;
  input.height = test.cropHeight;
  input.width = test.cropWidth;
  input.mean = {0, 0, 0};
  input.std = {1 / 255.0, 1 / 255.0, 1 / 255.0};
  const auto bytes = noise(test.height * test.width * 3, random);
  const at::Tensor frame = at::from_blob(bytes.get(), {test.height, test.width, 3}, at::kByte);
  const at::Tensor levels = at::full({test.cropHeight + 1, test.cropWidth, 3}, 77, at::kByte);
  const at::Tensor values = at::full({test.cropHeight + 1, test.cropWidth, 3}, 77, at::kFloat);
  const int64_t stride = test.width * 3;
  const uint8_t* box = bytes.get() + test.crop.box.top * stride + test.crop.box.left * 3;
  const BilinearCrop crop(test.crop, input);
  crop.resize(box, stride, levels.data_ptr<uint8_t>());
  crop.resizeAndNormalise(box, stride, RowScale(input), values.data_ptr<float>());
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const at::Tensor expected = byLibTorch(frame, test, format);
    const at::Tensor differing = levels.narrow(0, 0, test.cropHeight).ne(expected.to(at::kByte));
#ifndef _MSC_VER  // where multiplications and additions are not fused
    ASSERT_EQ(differing.sum().item<int64_t>(), 0) << "of " << differing.numel() << " in " << describe(test);
#endif
    ASSERT_LE(differing.to(at::kDouble).mean().item<double>(), 0.005) << describe(test);
    ASSERT_TRUE(values.narrow(0, 0, test.cropHeight).eq(levels.narrow(0, 0, test.cropHeight)).all().item<bool>());
  }
  // Nothing is written beyond the crop.
  ASSERT_TRUE(levels[test.cropHeight].eq(77).all().item<bool>()) << describe(test);
  ASSERT_TRUE(values[test.cropHeight].eq(77).all().item<bool>()) << describe(test);
}

// On one thread LibTorch sums as for small images: Note [Ties].
class BilinearCropTest : public testing::Test {
 protected:
  BilinearCropTest() : threads_(at::get_num_threads()) { at::set_num_threads(2); }
  ~BilinearCropTest() override { at::set_num_threads(threads_); }

 private:
  int threads_;
};

TEST_F(BilinearCropTest, IsLibTorchsOfTorchvisionsPresets) {
  augmentation::RandomState random(1);
  for (int repeat = 0; repeat < 3; ++repeat) {
    for (const int64_t top : {0, 8, 16}) {
      for (const int64_t left : {0, 30, 59}) expectLibTorchs(preset(top, left), random);
    }
    expectLibTorchs({240, 320, {{0, 0, 240, 320}, 64, 80, 0, 0, false}, 64, 80}, random);
    expectLibTorchs({360, 640, {{0, 0, 360, 640}, 128, 227, 8, 58, false}, 112, 112}, random);
  }
}

TEST_F(BilinearCropTest, TakesForSmallWhatLibTorchDoes) {
  augmentation::RandomState random(2);
  for (const int64_t sum : {128, 129}) {
    for (int repeat = 0; repeat < 40; ++repeat) {
      const int64_t height = 20 + random.below(80);
      const int64_t width = sum - height;
      expectLibTorchs({240, 320, {{0, 0, 240, 320}, height, width, 0, 0, false}, height, width}, random);
    }
  }
}

// From 1 to 200, small ones as often as large ones.
int64_t drawSide(augmentation::RandomState& random) {
  return static_cast<int64_t>(std::exp(random.uniform(0, std::log(201))));
}

TEST_F(BilinearCropTest, IsLibTorchsOfAnySize) {
  augmentation::RandomState random(3);
  for (int repeat = 0; repeat < 500; ++repeat) {
    CropCase test{};
    test.height = drawSide(random);
    test.width = drawSide(random);
    Box& box = test.crop.box;
    box.height = repeat % 2 == 0 ? test.height : 1 + random.below(test.height);
    box.width = repeat % 2 == 0 ? test.width : 1 + random.below(test.width);
    box.top = random.below(test.height - box.height + 1);
    box.left = random.below(test.width - box.width + 1);
    test.crop.resizedHeight = repeat % 7 == 0 ? box.height : drawSide(random);
    test.crop.resizedWidth = repeat % 11 == 0 ? box.width : drawSide(random);
    test.cropHeight = 1 + random.below(test.crop.resizedHeight);
    test.cropWidth = 1 + random.below(test.crop.resizedWidth);
    test.crop.top = random.below(test.crop.resizedHeight - test.cropHeight + 1);
    test.crop.left = random.below(test.crop.resizedWidth - test.cropWidth + 1);
    test.crop.flip = repeat % 3 == 0;
    ASSERT_NO_FATAL_FAILURE(expectLibTorchs(test, random));
  }
}

}  // namespace
}  // namespace kinetorch::preprocessing
