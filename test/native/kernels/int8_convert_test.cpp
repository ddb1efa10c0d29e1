#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "native/kernels/conv.h"
#include "native/kernels/int8/convert.h"
#include "test/native/kernels/guarded_buffer.h"
#include "test/native/kernels/thread_for.h"

namespace kinetorch::kernels::int8 {
namespace {

using test::GuardedBuffer;

class Int8Convert : public testing::TestWithParam<std::string> {};

// Many numbers lie in the middle between two bytes, and some beyond all.
TEST_P(Int8Convert, StoresTheNearestByteAndGivesItsNumberBack) {
  std::mt19937 random(40);
  std::uniform_int_distribution<int> halves(-620, 620);
  std::uniform_int_distribution<int64_t> pixelCounts(1, 3000);
  test::ThreadFor threads(3);
  for (const int64_t channels : {1, 2, 3, 4, 7, 16, 45, 64, 921}) {
    for (const Quantisation quantisation : {Quantisation{0.25F, 0}, Quantisation{0.5F, 99}, Quantisation{4, 255}}) {
      const int64_t pixels = pixelCounts(random) / channels + 1;
      const int64_t stored = storedChannels(channels);
      GuardedBuffer<float> numbers(static_cast<size_t>(pixels * channels));
      GuardedBuffer<uint8_t> bytes(static_cast<size_t>(pixels * stored));
      GuardedBuffer<float> again(numbers.size());
      for (float& each : numbers) each = quantisation.step * 0.5F * static_cast<float>(halves(random));
      quantise(numbers.data(), bytes.data(), pixels, channels, quantisation, threads, GetParam());
      dequantise(bytes.data(), again.data(), pixels, channels, quantisation, threads, GetParam());
      EXPECT_TRUE(numbers.intact() && bytes.intact() && again.intact());
      for (int64_t i = 0; i < pixels * stored; ++i) {
        const int64_t c = i % stored;
        const int64_t number = i / stored * channels + c;
        const float steps = c < channels ? std::nearbyint(numbers.data()[number] / quantisation.step) : 0.0F;
        const float expected = std::clamp(steps + static_cast<float>(quantisation.zero), 0.0F, 255.0F);
        ASSERT_EQ(static_cast<float>(bytes.data()[i]), expected) << "channel " << c << " of " << channels;
        if (c >= channels) continue;
        ASSERT_EQ(again.data()[number], (expected - static_cast<float>(quantisation.zero)) * quantisation.step);
      }
    }
  }
}

TEST_P(Int8Convert, ClampsWhatIsInfinite) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float numbers[] = {kInfinity, -kInfinity, 3e38F, -3e38F};
  uint8_t bytes[4];
  SerialFor serial;
  quantise(numbers, bytes, 1, 4, {1e-3F, 7}, serial, GetParam());
  EXPECT_EQ(bytes[0], 255);
  EXPECT_EQ(bytes[1], 0);
  EXPECT_EQ(bytes[2], 255);
  EXPECT_EQ(bytes[3], 0);
}

INSTANTIATE_TEST_SUITE_P(Kernels, Int8Convert, testing::ValuesIn(targetNames(ElementKind::kInt8)),
                         [](const testing::TestParamInfo<std::string>& test) { return test.param; });

}  // namespace
}  // namespace kinetorch::kernels::int8
