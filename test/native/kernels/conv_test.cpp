#include "native/kernels/conv.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "native/simd/targets.h"
#include "test/native/kernels/cases.h"
#include "test/native/kernels/thread_for.h"

namespace kinetorch::kernels {
namespace {

using test::ThreadFor;

const ConvLayer kSpatial = {20, 37, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, 1};
const ConvLayer kTemporal = {20, 37, {3, 1, 1}, {1, 1, 1}, {1, 0, 0}, 1};
const ConvLayer kCubic = {20, 37, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, 1};
const ConvLayer kPointwise = {20, 37, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, 1};
const ConvLayer kStem = {3, 45, {1, 7, 7}, {1, 2, 2}, {0, 3, 3}, 1};
const ConvLayer kDepthwise = {20, 20, {3, 3, 3}, {1, 2, 1}, {1, 1, 1}, 20};
const ClipSize kSize = {2, 5, 11, 9};
constexpr ElementKind kFloat32 = ElementKind::kFloat32;

std::vector<float> randomFloats(int64_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(size));
  for (float& value : values) value = normal(random);
  return values;
}

std::vector<float> runConv(const PackedConv& conv, const ConvPlan& plan, const ClipSize& size,
                           const std::vector<float>& input, ParallelFor& threads, bool relu = false) {
  std::vector<float> output(
      static_cast<size_t>(test::elementsIn(outputSize(conv.layer(), size), conv.layer().outputChannels)));
  AlignedBuffer<std::byte> workspace(workspaceBytes(conv, plan, size, threads.threads()));
  run(conv, plan, size, {conv.elementKind(), input.data(), output.data(), nullptr, relu}, workspace.data(), threads);
  return output;
}

ConvAlgorithm fastest(const ConvLayer& layer) {
  for (const auto algorithm : {ConvAlgorithm::kWinograd4, ConvAlgorithm::kDepthwise}) {
    if (supports(layer, algorithm)) return algorithm;
  }
  return ConvAlgorithm::kDirect;
}

TEST(Conv, SupportsWhatTheAlgorithmsCanDo) {
  for (const ConvLayer& layer : {kSpatial, kTemporal, kCubic}) {
    EXPECT_TRUE(supports(layer, ConvAlgorithm::kDirect));
    EXPECT_TRUE(supports(layer, ConvAlgorithm::kWinograd2));
    EXPECT_TRUE(supports(layer, ConvAlgorithm::kWinograd4));
    EXPECT_FALSE(supports(layer, ConvAlgorithm::kDepthwise));
    ConvLayer strided = layer;
    strided.stride = {1, 2, 2};
    EXPECT_FALSE(supports(strided, ConvAlgorithm::kWinograd4));
    ConvLayer unpadded = layer;
    unpadded.padding = {0, 0, 0};
    EXPECT_FALSE(supports(unpadded, ConvAlgorithm::kWinograd2));
  }
  for (const ConvLayer& layer : {kPointwise, kStem}) {
    EXPECT_TRUE(supports(layer, ConvAlgorithm::kDirect));
    EXPECT_FALSE(supports(layer, ConvAlgorithm::kWinograd2));
  }
  EXPECT_TRUE(supports(kDepthwise, ConvAlgorithm::kDepthwise));
  EXPECT_FALSE(supports(kDepthwise, ConvAlgorithm::kDirect));
  ConvLayer grouped = kSpatial;
  grouped.outputChannels = 40;
  grouped.groups = 4;
  for (const auto algorithm : {ConvAlgorithm::kDirect, ConvAlgorithm::kWinograd4, ConvAlgorithm::kDepthwise}) {
    EXPECT_FALSE(supports(grouped, algorithm));
  }
  ConvLayer strideless = kPointwise;
  strideless.stride = {1, 0, 1};
  EXPECT_FALSE(supports(strideless, ConvAlgorithm::kDirect));
}

TEST(Conv, RefusesWhatItCannotDo) {
  const std::vector<float> weights = randomFloats(test::weightsIn(kStem), 1);
  SerialFor serial;
  EXPECT_THROW(PackedConv(kStem, ConvAlgorithm::kWinograd4, weights.data(), nullptr, serial), std::invalid_argument);
  EXPECT_THROW(PackedConv(kStem, ConvAlgorithm::kDirect, weights.data(), nullptr, serial, "MMX"),
               std::invalid_argument);
  const PackedConv conv(kStem, ConvAlgorithm::kDirect, weights.data(), nullptr, serial);
  const ConvPlan other = {kFloat32, ConvAlgorithm::kWinograd2, 1, 1, false};
  EXPECT_THROW(run(conv, other, kSize, {}, nullptr, serial), std::invalid_argument);
  constexpr ElementKind kOther = static_cast<ElementKind>(kElementKinds.size());
  EXPECT_THROW(run(conv, {kOther}, kSize, {}, nullptr, serial), std::invalid_argument);
  EXPECT_THROW(run(conv, {}, kSize, {kOther}, nullptr, serial), std::invalid_argument);
  EXPECT_THROW(run(conv, {}, {0, 1, 8, 8}, {}, nullptr, serial), std::invalid_argument);
  ConvLayer unpadded = kStem;
  unpadded.padding = {0, 0, 0};
  const PackedConv large(unpadded, ConvAlgorithm::kDirect, weights.data(), nullptr, serial);
  EXPECT_THROW(run(large, {}, {1, 1, 6, 9}, {}, nullptr, serial), std::invalid_argument);
}

TEST(Conv, SumsInTheSameOrderWhateverThePlanAndTheThreads) {
  for (const ConvLayer& layer : {kSpatial, kTemporal, kCubic, kPointwise, kStem, kDepthwise}) {
    const std::vector<float> weights = randomFloats(test::weightsIn(layer), 1);
    const std::vector<float> input = randomFloats(test::elementsIn(kSize, layer.inputChannels), 2);
    ThreadFor one(1);
    const PackedConv conv(layer, fastest(layer), weights.data(), nullptr, one);
    const std::vector<float> expected = runConv(conv, defaultPlan(conv, kSize, 1), kSize, input, one);
    for (const int threads : {1, 2, 5}) {
      ThreadFor several(threads);
      for (const ConvPlan& plan : candidatePlans(conv, kSize, threads)) {
        ASSERT_EQ(runConv(conv, plan, kSize, input, several), expected);
      }
    }
  }
}

TEST(Conv, KeepsNotANumberThroughRelu) {
  for (const test::KernelCase& kernel : test::kernelCases(ElementKind::kFloat32)) {
    for (const ConvLayer& layer : {kSpatial, kPointwise, kDepthwise}) {
      if (!supports(layer, kernel.algorithm)) continue;
      const std::vector<float> weights = randomFloats(test::weightsIn(layer), 1);
      std::vector<float> input = randomFloats(test::elementsIn(kSize, layer.inputChannels), 2);
      input[0] = std::numeric_limits<float>::quiet_NaN();
      SerialFor serial;
      const PackedConv conv(layer, kernel.algorithm, weights.data(), nullptr, serial, kernel.target);
      EXPECT_TRUE(std::isnan(runConv(conv, defaultPlan(conv, kSize, 1), kSize, input, serial, true)[0])) << kernel;
    }
  }
}

TEST(Conv, OffersPlansOfItsAlgorithmWithTheDefaultFirst) {
  for (const ConvLayer& layer : {kSpatial, kTemporal, kCubic, kPointwise, kStem, kDepthwise}) {
    const std::vector<float> weights = randomFloats(test::weightsIn(layer), 1);
    SerialFor serial;
    const PackedConv conv(layer, fastest(layer), weights.data(), nullptr, serial);
    for (const ClipSize& size : {kSize, ClipSize{1, 1, 1, 1}, ClipSize{1, 32, 224, 224}}) {
      const ConvPlan chosen = defaultPlan(conv, size, 2);
      const std::vector<ConvPlan> plans = candidatePlans(conv, size, 2);
      ASSERT_GT(plans.size(), 1U);
      EXPECT_EQ(plans[0].tileRows, chosen.tileRows);
      EXPECT_EQ(plans[0].channelBlock, chosen.channelBlock);
      EXPECT_EQ(plans[0].shareInput, chosen.shareInput);
      for (const ConvPlan& plan : plans) {
        EXPECT_EQ(plan.algorithm, conv.algorithm());
        EXPECT_GE(plan.tileRows, 1);
        EXPECT_GE(plan.channelBlock, 1);
        EXPECT_LT(workspaceBytes(conv, plan, size, 2), size_t{64} << 20U);
      }
    }
  }
}

TEST(Conv, HasATargetWhereHighwayFindsNone) {
  hwy::SetSupportedTargetsForTest(HWY_SCALAR);
  EXPECT_FALSE(simd::targetNames().empty());
  EXPECT_NE(simd::targetNamed(""), 0);
  hwy::SetSupportedTargetsForTest(0);
}

TEST(Conv, KnowsItsSizes) {
  const ClipSize out = outputSize(kStem, {2, 16, 112, 111});
  EXPECT_EQ(out.batch, 2);
  EXPECT_EQ(out.frames, 16);
  EXPECT_EQ(out.height, 56);
  EXPECT_EQ(out.width, 56);
  const std::vector<float> weights = randomFloats(test::weightsIn(kSpatial), 1);
  SerialFor serial;
  const auto bytes = [&](ConvAlgorithm algorithm) {
    return PackedConv(kSpatial, algorithm, weights.data(), nullptr, serial).bytes();
  };
  const size_t direct = bytes(ConvAlgorithm::kDirect);
  EXPECT_GE(direct, weights.size() * sizeof(float));
  EXPECT_GT(bytes(ConvAlgorithm::kWinograd2), direct * 3 / 2);
  EXPECT_GT(bytes(ConvAlgorithm::kWinograd4), direct * 7 / 2);
}

}  // namespace
}  // namespace kinetorch::kernels
