#include "native/preprocessing/augment.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

namespace kinetorch {
namespace {

InputSpec inputOf(int64_t frames, int64_t height, int64_t width) {
  InputSpec input;
  input.frames = frames;
  input.height = height;
  input.width = width;
  input.mean = {0.43216, 0.394666, 0.37645};
  input.std = {0.22803, 0.22145, 0.216989};
  return input;
}

struct OwnedClips {
  std::vector<uint8_t> bytes;
  ClipBatch view;

  OwnedClips(int64_t batch, int64_t frames, int64_t height, int64_t width)
      : bytes(static_cast<size_t>(batch * frames * height * width * 3)) {
    RandomState random(7);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.below(256));
    view = {bytes.data(), batch, frames, height, width};
  }

  uint8_t at(int64_t n, int64_t t, int64_t y, int64_t x, int64_t c) const {
    return bytes[static_cast<size_t>((((n * view.frames + t) * view.height + y) * view.width + x) * 3 + c)];
  }
};

TEST(PrepareBatch, MatchesOnePixelAtATime) {
  const OwnedClips clips(2, 3, 7, 9);
  const InputSpec input = inputOf(3, 4, 5);
  const std::vector<Crop> crops = {{2, 3, true}, {0, 4, false}};
  const at::Tensor out = prepareBatch(clips.view, crops, input, at::kCPU);

  ASSERT_EQ(out.sizes(), at::IntArrayRef({2, 3, 3, 4, 5}));
  EXPECT_TRUE(out.is_contiguous(at::MemoryFormat::ChannelsLast3d));
  const at::Tensor plain = out.contiguous();
  const auto values = plain.accessor<float, 5>();
  for (int64_t n = 0; n < 2; ++n) {
    const Crop& crop = crops[static_cast<size_t>(n)];
    for (int64_t c = 0; c < 3; ++c) {
      for (int64_t t = 0; t < 3; ++t) {
        for (int64_t y = 0; y < 4; ++y) {
          for (int64_t x = 0; x < 5; ++x) {
            const int64_t column = crop.left + (crop.flip ? 4 - x : x);
            const double expected =
                (clips.at(n, t, crop.top + y, column, c) / 255.0 - input.mean[static_cast<size_t>(c)]) /
                input.std[static_cast<size_t>(c)];
            ASSERT_NEAR(values[n][c][t][y][x], expected, 2e-6) << n << ' ' << c << ' ' << t << ' ' << y << ' ' << x;
          }
        }
      }
    }
  }
}

TEST(Crops, RandomOnesReachEveryPlaceEquallyOften) {
  const ClipBatch clips{nullptr, 12000, 1, 6, 4};
  const InputSpec input = inputOf(1, 4, 4);
  RandomState random(3);
  int flips = 0;
  std::vector<int> tops(3);
  for (const Crop& crop : randomCrops(clips, input, 0.25, random)) {
    ASSERT_GE(crop.top, 0);
    ASSERT_LE(crop.top, 2);
    ASSERT_EQ(crop.left, 0);
    ++tops[static_cast<size_t>(crop.top)];
    flips += crop.flip;
  }
  EXPECT_NEAR(flips, 3000, 200);
  for (const int count : tops) EXPECT_NEAR(count, 4000, 220);
}

TEST(Crops, FlipProbabilitiesOfZeroAndOneAreCertain) {
  const ClipBatch clips{nullptr, 500, 1, 4, 4};
  RandomState random(3);
  for (const Crop& crop : randomCrops(clips, inputOf(1, 4, 4), 0, random)) EXPECT_FALSE(crop.flip);
  for (const Crop& crop : randomCrops(clips, inputOf(1, 4, 4), 1, random)) EXPECT_TRUE(crop.flip);
}

TEST(Crops, CentreIsTorchvisions) {
  // Python: round((128 - 112) / 2) = 8, round((171 - 112) / 2) = round(29.5) = 30, round((115 - 112) / 2) = round(1.5)
  // = 2
  const Crop crop = centreCrops({nullptr, 1, 1, 128, 171}, inputOf(1, 112, 112))[0];
  EXPECT_EQ(crop.top, 8);
  EXPECT_EQ(crop.left, 30);
  EXPECT_EQ(centreCrops({nullptr, 1, 1, 115, 113}, inputOf(1, 112, 112))[0].top, 2);
  EXPECT_EQ(centreCrops({nullptr, 1, 1, 115, 113}, inputOf(1, 112, 112))[0].left, 0);
  EXPECT_FALSE(crop.flip);
}

TEST(RandomState, SavedStateGoesOnWithTheSameNumbers) {
  RandomState random(42);
  for (int i = 0; i < 10; ++i) random.next();
  RandomState restored(0);
  restored.setState(random.state());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(restored.next(), random.next());
}

TEST(RandomState, IsXoshiro256PlusPlus) {
  // First outputs of the authors' reference code from the state 1, 2, 3, 4.
  RandomState random(0);
  random.setState({1, 2, 3, 4});
  EXPECT_EQ(random.next(), 41943041ULL);
  EXPECT_EQ(random.next(), 58720359ULL);
  EXPECT_EQ(random.next(), 3588806011781223ULL);
}

TEST(RandomState, UniformCoversTheUnitInterval) {
  RandomState random(1);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.02);
}

}  // namespace
}  // namespace kinetorch
