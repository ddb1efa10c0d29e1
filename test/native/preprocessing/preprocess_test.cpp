#include "native/preprocessing/preprocess.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "native/preprocessing/resize_clip.h"
#include "native/runtime/error.h"

namespace kinetorch::preprocessing {
namespace {

Clip noiseClip(int64_t frames, int64_t height, int64_t width) {
  Clip clip;
  clip.frames = frames;
  clip.height = height;
  clip.width = width;
  uint32_t state = 12345;
  for (int64_t i = 0; i < frames * height * width * 3; ++i) {
    state = state * 1664525u + 1013904223u;
    clip.bytes.push_back(static_cast<uint8_t>(state >> 24));
  }
  return clip;
}

Clip asFloat(const Clip& clip) {
  std::vector<float> values;
  for (const uint8_t byte : clip.bytes) values.push_back(static_cast<float>(byte) / 255.0f);
  Clip result = clip;
  result.isFloat = true;
  result.bytes.resize(values.size() * sizeof(float));
  std::memcpy(result.bytes.data(), values.data(), result.bytes.size());
  return result;
}

InputSpec specOf(int64_t frames, int64_t height, int64_t width, std::vector<int64_t> resize) {
  InputSpec input;
  input.frames = frames;
  input.height = height;
  input.width = width;
  input.resize = std::move(resize);
  input.mean = {0.4, 0.3, 0.2};
  input.std = {0.2, 0.25, 0.5};
  return input;
}

double pixel(const Clip& clip, int64_t t, int64_t y, int64_t x, int64_t c) {
  return clip.bytes[static_cast<size_t>(((t * clip.height + y) * clip.width + x) * 3 + c)];
}

// One output sample of a bilinear resize with align_corners=False, straight from its definition, in double.
double bilinear(const Clip& clip, std::array<int64_t, 2> size, int64_t t, int64_t y, int64_t x, int64_t c) {
  const auto place = [](int64_t out, int64_t from, int64_t to) {
    return std::max(0.0, (static_cast<double>(out) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5);
  };
  const double py = place(y, clip.height, size[0]);
  const double px = place(x, clip.width, size[1]);
  const auto y0 = static_cast<int64_t>(py);
  const auto x0 = static_cast<int64_t>(px);
  const int64_t y1 = std::min(y0 + 1, clip.height - 1);
  const int64_t x1 = std::min(x0 + 1, clip.width - 1);
  const double wy = py - static_cast<double>(y0);
  const double wx = px - static_cast<double>(x0);
  return (1 - wy) * ((1 - wx) * pixel(clip, t, y0, x0, c) + wx * pixel(clip, t, y0, x1, c)) +
         wy * ((1 - wx) * pixel(clip, t, y1, x0, c) + wx * pixel(clip, t, y1, x1, c));
}

// Python's round(), by its words.
int64_t roundHalfToEven(double value) {
  const double below = std::floor(value);
  const double rest = value - below;
  const auto whole = static_cast<int64_t>(below);
  if (rest != 0.5) return rest < 0.5 ? whole : whole + 1;
  return whole % 2 == 0 ? whole : whole + 1;
}

at::Tensor preprocessed(const Clip& clip, const InputSpec& input, CropPosition crop = {}) {
  const at::Tensor batch = at::full({3, 3, input.frames, input.height, input.width}, -7.0);
  preprocessClip(clip, crop, input, batch, 1);
  // The neighbours' slots are left alone.
  EXPECT_TRUE(batch[0].eq(-7.0).all().item<bool>());
  EXPECT_TRUE(batch[2].eq(-7.0).all().item<bool>());
  return batch[1];
}

std::string codeOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}

struct ResizeCase {
  int64_t height;
  int64_t width;
  std::vector<int64_t> resize;
  int64_t cropHeight;
  int64_t cropWidth;
  CropPosition crop;
};

class AgainstSlowReference : public testing::TestWithParam<ResizeCase> {};

TEST_P(AgainstSlowReference, IsEqual) {
  const ResizeCase& test = GetParam();
  const Clip clip = noiseClip(2, test.height, test.width);
  const InputSpec input = specOf(2, test.cropHeight, test.cropWidth, test.resize);
  const std::array<int64_t, 2> size = resizedSize(test.resize, test.height, test.width);
  const int64_t top = roundHalfToEven(static_cast<double>(size[0] - test.cropHeight) * test.crop.y);
  const int64_t left = roundHalfToEven(static_cast<double>(size[1] - test.cropWidth) * test.crop.x);
  const at::Tensor bytes = preprocessed(clip, input, test.crop);
  const at::Tensor floats = preprocessed(asFloat(clip), input, test.crop);
  const auto fromBytes = bytes.accessor<float, 4>();
  const auto fromFloats = floats.accessor<float, 4>();
  for (int64_t c = 0; c < 3; ++c) {
    for (int64_t t = 0; t < 2; ++t) {
      for (int64_t y = 0; y < test.cropHeight; ++y) {
        for (int64_t x = 0; x < test.cropWidth; ++x) {
          const double exact = bilinear(clip, size, t, top + y, left + x, c);
          const auto normal = [&](double value) { return (value / 255.0 - input.mean[c]) / input.std[c]; };
          ASSERT_NEAR(fromFloats[c][t][y][x], normal(exact), 1e-4);
          // Within float's error of a half, either whole number is right.
          const bool tie = std::abs(exact - std::floor(exact) - 0.5) < 1e-4;
          ASSERT_NEAR(fromBytes[c][t][y][x], normal(std::nearbyint(exact)), tie ? normal(1) - normal(0) + 1e-4 : 1e-4);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Preprocess, AgainstSlowReference,
    testing::Values(ResizeCase{24, 32, {16, 22}, 14, 14, {}},           // both sides, smaller
                    ResizeCase{9, 7, {20, 30}, 16, 16, {}},             // larger
                    ResizeCase{16, 22, {16, 22}, 14, 14, {}},           // as it is
                    ResizeCase{17, 40, {12}, 12, 12, {}},               // short side: height
                    ResizeCase{40, 17, {12}, 12, 12, {1.0, 1.0}},       // short side: width
                    ResizeCase{24, 32, {17, 23}, 12, 12, {}},           // (17-12)/2 = 2.5 -> 2, (23-12)/2 = 5.5 -> 6
                    ResizeCase{24, 32, {19, 21}, 12, 12, {0.0, 1.0}},   // left, bottom
                    ResizeCase{24, 32, {19, 21}, 12, 12, {1.0, 0.25}},  // right, 1.75 -> 2
                    ResizeCase{1, 1, {5, 6}, 5, 6, {}}));

TEST(ResizedSize, KeepsProportionsOfTheShortSideRoundedDown) {
  EXPECT_EQ(resizedSize({128}, 240, 321), (std::array<int64_t, 2>{128, 171}));
  EXPECT_EQ(resizedSize({128}, 321, 240), (std::array<int64_t, 2>{171, 128}));
  EXPECT_EQ(resizedSize({128}, 50, 50), (std::array<int64_t, 2>{128, 128}));
  EXPECT_EQ(resizedSize({128, 171}, 999, 3), (std::array<int64_t, 2>{128, 171}));
}

TEST(ResizedSize, RefusesAStripThatWouldBecomeHuge) {
  EXPECT_EQ(codeOf([] { resizedSize({128}, 1, 16384); }), "ERR_CLIP_SHAPE");
  EXPECT_EQ(codeOf([] { resizedSize({128}, 16384, 127); }), "ERR_CLIP_SHAPE");
}

TEST(Preprocess, PicksFramesEvenlyFirstAndLastIncluded) {
  const int64_t wanted = 4;
  const std::vector<std::pair<int64_t, std::vector<int64_t>>> cases{
      {10, {0, 3, 6, 9}}, {5, {0, 1, 2, 4}}, {4, {0, 1, 2, 3}}, {2, {0, 0, 0, 1}}, {1, {0, 0, 0, 0}}};
  for (const auto& [available, picked] : cases) {
    const Clip clip = noiseClip(available, 6, 6);
    const InputSpec input = specOf(wanted, 6, 6, {6, 6});
    const at::Tensor out = preprocessed(clip, input);
    for (int64_t t = 0; t < wanted; ++t) {
      const double expected = (pixel(clip, picked[t], 2, 3, 1) / 255.0 - input.mean[1]) / input.std[1];
      EXPECT_NEAR(out[1][t][2][3].item<double>(), expected, 1e-5) << available << " frames, frame " << t;
    }
  }
  EXPECT_EQ(preprocessed(noiseClip(9, 6, 6), specOf(1, 6, 6, {6, 6})).size(1), 1);
}

TEST(Preprocess, RefusesNanAndInfinityInFloatClips) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    Clip clip = asFloat(noiseClip(2, 6, 6));
    std::memcpy(clip.bytes.data() + clip.bytes.size() - sizeof(float), &bad, sizeof(float));
    EXPECT_EQ(codeOf([&] { preprocessed(clip, specOf(2, 6, 6, {6, 6})); }), "ERR_CLIP_DATA");
  }
}

TEST(Preprocess, WritesHalfPrecisionBatches) {
  const InputSpec input = specOf(2, 6, 6, {8, 8});
  const at::Tensor batch = at::zeros({1, 3, 2, 6, 6}, at::kBFloat16);
  const Clip clip = noiseClip(2, 20, 20);
  preprocessClip(clip, {}, input, batch, 0);
  EXPECT_LT((batch[0].to(at::kFloat) - preprocessed(clip, input)).abs().max().item<double>(), 0.02);
}

TEST(ResizeClip, GivesTheWholeNumbersOfTheReference) {
  const Clip clip = noiseClip(2, 24, 32);
  const Clip resized = resizeClip(clip, {17, 23}, false);
  EXPECT_EQ(resized.frames, 2);
  EXPECT_EQ(resized.height, 17);
  EXPECT_EQ(resized.width, 23);
  ASSERT_EQ(resized.bytes.size(), 2u * 17 * 23 * 3);
  for (int64_t y = 0; y < 17; ++y) {
    for (int64_t x = 0; x < 23; ++x) {
      const double exact = bilinear(clip, {17, 23}, 1, y, x, 2);
      ASSERT_NEAR(pixel(resized, 1, y, x, 2), exact, 0.5 + 1e-3);
    }
  }
}

TEST(ResizeClip, AntialiasAveragesWhatItShrinks) {
  // One white column in sixteen: a plain bilinear resize to a quarter misses it or doubles it, a filter spreads it.
  Clip clip = noiseClip(1, 16, 64);
  for (size_t i = 0; i < clip.bytes.size(); ++i) clip.bytes[i] = i / 3 % 16 == 3 ? 255 : 0;
  double sum = 0;
  const Clip smooth = resizeClip(clip, {4, 16}, true);
  for (const uint8_t byte : smooth.bytes) sum += byte;
  EXPECT_NEAR(sum / static_cast<double>(smooth.bytes.size()), 255.0 / 16, 2.0);
}

}  // namespace
}  // namespace kinetorch::preprocessing
