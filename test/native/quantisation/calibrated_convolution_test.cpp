#include "native/quantisation/calibrated_convolution.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "native/network/int8_weight.h"
#include "test/native/support/relative_error.h"

namespace kinetorch::quantisation {
namespace {

using Mode = CalibratedConvolution::Mode;

// As the design says it: clamp(round(x / step) + zero, 0, 255), back to real numbers.
at::Tensor rounded(const at::Tensor& numbers) {
  const double min = std::min(numbers.min().item<double>(), 0.0);
  const double max = std::max(numbers.max().item<double>(), 0.0);
  const double step = (max - min) / 255;
  const double zero = std::round(-min / step);
  return ((numbers / step).round() + zero).clamp(0, 255).sub(zero) * step;
}

at::Tensor roundedWeight(const at::Tensor& weight) {
  const at::Tensor step = weight.abs().amax({1, 2, 3, 4}, true) / 127;
  return (weight / step).round() * step;
}

struct Case {
  network::Convolution3d convolution;
  at::Tensor input;
  at::Tensor residual;
};

Case caseOf(int64_t groups) {
  at::manual_seed(5);
  Case made;
  made.convolution.weight = at::randn({8, 8 / groups, 3, 3, 3});
  made.convolution.bias = at::randn({8});
  made.convolution.padding = {1, 1, 1};
  made.convolution.stride = {1, 2, 2};
  made.convolution.groups = groups;
  made.input = at::randn({1, 8, 4, 10, 10}).contiguous(at::MemoryFormat::ChannelsLast3d);
  made.residual = at::randn({1, 8, 4, 5, 5}).contiguous(at::MemoryFormat::ChannelsLast3d);
  return made;
}

at::Tensor reference(const Case& given, const at::Tensor& weight, const at::Tensor& input, const at::Tensor& residual) {
  const network::Convolution3d& layer = given.convolution;
  return at::conv3d(input, weight, layer.bias, layer.stride, layer.padding, 1, layer.groups) + residual;
}

TEST(CalibratedConvolution, SimulatesWhatInt8Gives) {
  const c10::InferenceMode guard;
  for (const int64_t groups : {1, 8}) {
    const Case given = caseOf(groups);
    CalibratedConvolution layer(given.convolution, /*relu=*/true);
    layer.setMode(Mode::kObserve);
    const at::Tensor plain = layer.run(given.input, given.residual);
    EXPECT_LE(
        test::relativeError(plain, reference(given, given.convolution.weight, given.input, given.residual).relu()),
        1e-5);
    layer.setRanges(RangeMethod::kMinMax);
    layer.setMode(Mode::kSimulate);
    const at::Tensor expected =
        reference(given, roundedWeight(given.convolution.weight), rounded(given.input), rounded(given.residual)).relu();
    EXPECT_LE(test::relativeError(layer.run(given.input, given.residual), expected), 1e-5);
    EXPECT_GT(test::relativeError(plain, expected), 1e-4);  // it is not the plain one
    layer.setMode(Mode::kFloat);
    EXPECT_TRUE(layer.run(given.input, given.residual).equal(plain));
  }
}

TEST(CalibratedConvolution, CorrectsTheMeanOfEachChannel) {
  const c10::InferenceMode guard;
  for (const bool hasBias : {true, false}) {
    Case given = caseOf(1);
    if (!hasBias) given.convolution.bias = at::Tensor();
    given.input = given.input.relu();
    CalibratedConvolution layer(given.convolution, /*relu=*/false);
    layer.setMode(Mode::kObserve);
    // In two clips, so that the mean over both is what counts.
    const at::Tensor other = given.input * 0.5;
    const at::Tensor plain = layer.run(given.input, given.residual) + layer.run(other, given.residual);
    layer.setRanges(RangeMethod::kMinMax);
    const auto error = [&] {
      layer.setMode(Mode::kSimulate);
      const at::Tensor simulated = layer.run(given.input, given.residual) + layer.run(other, given.residual);
      return (plain - simulated).mean({0, 2, 3, 4}).abs().max().item<double>();
    };
    const double before = error();
    layer.setMode(Mode::kCorrect);
    layer.run(given.input, given.residual);
    layer.run(other, given.residual);
    EXPECT_LE(error(), before / 100);
    layer.setRanges(RangeMethod::kMinMax);
    EXPECT_EQ(layer.correctedBias().defined(), hasBias);
    EXPECT_NEAR(error(), before, 1e-6);
  }
}

TEST(CalibratedConvolution, TakesOneClipWithoutABatchAndCountsMultiplications) {
  const Case given = caseOf(1);
  CalibratedConvolution layer(given.convolution, false);
  const at::Tensor row = layer.run(given.input.squeeze(0), given.residual.squeeze(0));
  EXPECT_EQ(layer.multiplications(), 8 * 4 * 5 * 5 * 8 * 27);
  EXPECT_LE(test::relativeError(row, layer.run(given.input, given.residual).squeeze(0)), 1e-6);
}

TEST(CalibratedConvolution, LeavesAResidualOfAnotherShapeInFloat32) {
  const c10::InferenceMode guard;
  const Case given = caseOf(1);
  CalibratedConvolution layer(given.convolution, false);
  const at::Tensor spread = at::randn({1, 8, 1, 1, 1});
  layer.setMode(Mode::kObserve);
  layer.run(given.input, spread);
  layer.setRanges(RangeMethod::kMinMax);
  EXPECT_FALSE(layer.ranges().residual);
  layer.setMode(Mode::kSimulate);
  const at::Tensor expected = reference(given, roundedWeight(given.convolution.weight), rounded(given.input), spread);
  EXPECT_LE(test::relativeError(layer.run(given.input, spread), expected), 1e-5);
}

TEST(Int8Weight, HasAStepForEachChannelThatTheRealWeightsTell) {
  at::manual_seed(6);
  at::Tensor weight = at::randn({4, 3, 1, 3, 3}) * at::tensor({1.0F, 100.0F, 1e-4F, 0.0F}).view({4, 1, 1, 1, 1});
  const network::Int8Weight found = network::int8WeightOf(weight);
  EXPECT_EQ(found.values.scalar_type(), at::kChar);
  EXPECT_EQ(found.step.sizes(), (std::vector<int64_t>{4, 1, 1, 1, 1}));
  EXPECT_TRUE(found.real()[3].equal(at::zeros({3, 1, 3, 3})));
  for (int64_t channel = 0; channel < 3; ++channel) {
    EXPECT_LE((found.real()[channel] - weight[channel]).abs().max().item<double>(),
              weight[channel].abs().max().item<double>() / 127 / 2 * 1.0001);
  }
  // What reads the file as float32 finds the same numbers again.
  const network::Int8Weight again = network::int8WeightOf(found.real());
  EXPECT_TRUE(again.values.equal(found.values));
  EXPECT_LE(test::relativeError(again.step, found.step), 1e-6);
}

}  // namespace
}  // namespace kinetorch::quantisation
