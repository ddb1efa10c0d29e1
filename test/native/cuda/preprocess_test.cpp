// The preprocessing kernel of kinetorch_cuda, every thread of it run on the CPU.
#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "native/augmentation/random_state.h"
#include "native/cuda/preprocess_pixel.h"
#include "native/preprocessing/bilinear_crop.h"

namespace kinetorch::cuda {
namespace {

struct Case {
  int frameHeight = 0;
  int frameWidth = 0;
  preprocessing::CropPlan crop;
  preprocessing::InputSpec input;
  int frames = 3;
  std::vector<uint8_t> bytes;
};

Case drawCase(augmentation::RandomState& random) {
  const auto draw = [&](int64_t least, int64_t most) { return least + random.below(most - least + 1); };
  Case test;
  test.frameHeight = static_cast<int>(draw(1, 70));
  test.frameWidth = static_cast<int>(draw(1, 70));
  preprocessing::CropPlan& crop = test.crop;
  crop.box.height = draw(1, test.frameHeight);
  crop.box.width = draw(1, test.frameWidth);
  crop.box.top = draw(0, test.frameHeight - crop.box.height);
  crop.box.left = draw(0, test.frameWidth - crop.box.width);
  // Now and then as it is, or above the size from which LibTorch sums by rows.
  const int64_t most = draw(0, 2) == 0 ? 110 : 60;
  crop.resizedHeight = draw(0, 3) == 0 ? crop.box.height : draw(1, most);
  crop.resizedWidth = draw(0, 3) == 0 ? crop.box.width : draw(1, most);
  test.input.height = draw(1, crop.resizedHeight);
  test.input.width = draw(1, crop.resizedWidth);
  crop.top = draw(0, crop.resizedHeight - test.input.height);
  crop.left = draw(0, crop.resizedWidth - test.input.width);
  crop.flip = draw(0, 1) == 1;
  test.input.mean = {0.4, 0.3, 0.2};
  test.input.std = {0.2, 0.25, 0.5};
  const auto count = static_cast<size_t>(test.frames * test.frameHeight * test.frameWidth * 3);
  std::generate_n(std::back_inserter(test.bytes), count, [&] { return static_cast<uint8_t>(random.next() >> 56); });
  return test;
}

PreprocessJob jobOf(const Case& test) {
  const preprocessing::CropPlan& crop = test.crop;
  PreprocessJob job;
  job.rowBytes = test.frameWidth * 3;
  job.frameBytes = test.frameHeight * job.rowBytes;
  job.bytes = test.bytes.data() + crop.box.top * job.rowBytes + crop.box.left * 3;
  const auto number = [](int64_t value) { return static_cast<int>(value); };
  job.rows = {number(crop.box.height), number(crop.resizedHeight), number(crop.top), number(test.input.height)};
  job.columns = {number(crop.box.width), number(crop.resizedWidth), number(crop.left), number(test.input.width)};
  job.flip = crop.flip;
  const preprocessing::Normalisation normal = preprocessing::normalisationOf(test.input, 255.0);
  std::copy(normal.scale.begin(), normal.scale.end(), job.scale);
  std::copy(normal.shift.begin(), normal.shift.end(), job.shift);
  // Not in order, and one of them twice.
  job.frames = 4;
  for (const int t : {0, 1, 2, 3}) job.picked[t] = (2 * t + 1) % test.frames;
  return job;
}

template <typename Resize, typename Value>
std::vector<Value> emulate(PreprocessJob job) {
  std::vector<Value> output(static_cast<size_t>(pixelsOf(job)) * 3, std::numeric_limits<float>::quiet_NaN());
  job.output = output.data();
  for (unsigned index = 0; index < pixelsOf(job); ++index) preprocessPixel<Resize, Value>(job, index);
  return output;
}

using Weights = std::vector<std::pair<int64_t, double>>;

// Each source pixel that counts for a resized one, straight from the definition.
Weights bilinearWeights(int64_t source, int64_t resized, int64_t pixel) {
  const double scale = static_cast<double>(source) / static_cast<double>(resized);
  const double place = std::max(0.0, (static_cast<double>(pixel) + 0.5) * scale - 0.5);
  const auto first = std::min(static_cast<int64_t>(place), source - 1);
  const double rest = std::min(1.0, place - static_cast<double>(first));
  return {{first, 1 - rest}, {std::min(first + 1, source - 1), rest}};
}

Weights triangleWeights(int64_t source, int64_t resized, int64_t pixel) {
  const double scale = static_cast<double>(source) / static_cast<double>(resized);
  Weights weights;
  double sum = 0;
  for (int64_t tap = 0; tap < source; ++tap) {
    const double distance = static_cast<double>(tap) + 0.5 - (static_cast<double>(pixel) + 0.5) * scale;
    const double weight = std::max(0.0, 1 - std::abs(distance) / std::max(scale, 1.0));
    if (weight > 0) weights.emplace_back(tap, weight);
    sum += weight;
  }
  for (auto& [tap, weight] : weights) weight /= sum;
  return weights;
}

// Every value is the weighted sum rounded to a whole number, or, within float's error of a half, its neighbour.
template <typename Resize>
void expectReference(const Case& test, Weights (*weightsOf)(int64_t, int64_t, int64_t)) {
  const PreprocessJob job = jobOf(test);
  const std::vector<float> actual = emulate<Resize, float>(job);
  size_t at = 0;
  for (int t = 0; t < job.frames; ++t) {
    for (int64_t y = 0; y < test.input.height; ++y) {
      const Weights rows = weightsOf(test.crop.box.height, test.crop.resizedHeight, test.crop.top + y);
      for (int64_t x = 0; x < test.input.width; ++x) {
        const int64_t column = test.crop.left + (test.crop.flip ? test.input.width - 1 - x : x);
        const Weights columns = weightsOf(test.crop.box.width, test.crop.resizedWidth, column);
        for (int c = 0; c < 3; ++c, ++at) {
          double expected = 0;
          for (const auto& [row, rowWeight] : rows) {
            for (const auto& [tap, weight] : columns) {
              const int64_t place = job.picked[t] * job.frameBytes + row * job.rowBytes + tap * 3 + c;
              expected += rowWeight * weight * job.bytes[place];
            }
          }
          const double level = (static_cast<double>(actual[at]) - job.shift[c]) / job.scale[c];
          ASSERT_LE(std::abs(level - std::round(level)), 1e-3);
          ASSERT_LE(std::abs(level - expected), 0.5 + 2e-3) << t << ' ' << y << ' ' << x << ' ' << c;
        }
      }
    }
  }
}

TEST(CudaPreprocess, BilinearIsTheInterpolation) {
  augmentation::RandomState random(3);
  for (int i = 0; i < 300 && !HasFatalFailure(); ++i) expectReference<BilinearPixel>(drawCase(random), bilinearWeights);
}

TEST(CudaPreprocess, AntialiasedIsTheInterpolation) {
  augmentation::RandomState random(4);
  for (int i = 0; i < 300 && !HasFatalFailure(); ++i) {
    expectReference<AntialiasedPixel>(drawCase(random), triangleWeights);
  }
}

// A presets' size, and one where the sums are large.
TEST(CudaPreprocess, AntialiasedShrinksLargeFrames) {
  augmentation::RandomState random(5);
  Case test = drawCase(random);
  test.frameHeight = 1080;
  test.frameWidth = 1920;
  test.crop = {{0, 0, 1080, 1920}, 12, 21, 0, 0, false};
  test.input.height = 12;
  test.input.width = 21;
  test.bytes.resize(static_cast<size_t>(test.frames) * 1080 * 1920 * 3);
  for (uint8_t& byte : test.bytes) byte = static_cast<uint8_t>(random.next() >> 56);
  expectReference<AntialiasedPixel>(test, triangleWeights);
  std::fill(test.bytes.begin(), test.bytes.end(), uint8_t{255});
  for (const float value : emulate<AntialiasedPixel, float>(jobOf(test))) ASSERT_GT(value, 1.3F);
}

bool hasFusedMultiplyAdd() {
#if defined(__x86_64__) && defined(__GNUC__)
  return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
#else
  return true;
#endif
}

// To the last bit what a CPU makes of the clip.
TEST(CudaPreprocess, BilinearIsTheCpus) {
  if (!hasFusedMultiplyAdd()) GTEST_SKIP() << "this processor has no fused multiply-add";
  augmentation::RandomState random(6);
  for (int i = 0; i < 200; ++i) {
    const Case test = drawCase(random);
    const PreprocessJob job = jobOf(test);
    const std::vector<float> actual = emulate<BilinearPixel, float>(job);
    std::vector<float> expected(actual.size());
    const preprocessing::BilinearCrop crop(test.crop, test.input);
    const auto frameValues = static_cast<int64_t>(expected.size()) / job.frames;
    for (int t = 0; t < job.frames; ++t) {
      crop.resizeAndNormalise(job.bytes + job.picked[t] * job.frameBytes, job.rowBytes,
                              preprocessing::RowScale(test.input), expected.data() + t * frameValues);
    }
    ASSERT_EQ(actual, expected) << i;
  }
}

TEST(CudaPreprocess, HalvesAreTheFloatsRounded) {
  augmentation::RandomState random(7);
  const Case test = drawCase(random);
  const PreprocessJob job = jobOf(test);
  const std::vector<float> floats = emulate<BilinearPixel, float>(job);
  const std::vector<c10::Half> halves = emulate<BilinearPixel, c10::Half>(job);
  const std::vector<c10::BFloat16> brains = emulate<BilinearPixel, c10::BFloat16>(job);
  for (size_t i = 0; i < floats.size(); ++i) {
    EXPECT_EQ(halves[i], c10::Half(floats[i]));
    EXPECT_EQ(brains[i], c10::BFloat16(floats[i]));
  }
}

}  // namespace
}  // namespace kinetorch::cuda
