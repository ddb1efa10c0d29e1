#include "native/quantisation/range_histogram.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "native/quantisation/grid.h"
#include "test/native/support/code_of.h"

namespace kinetorch::quantisation {
namespace {

RangeHistogram histogramOf(const std::vector<at::Tensor>& tensors) {
  RangeHistogram histogram;
  for (const at::Tensor& tensor : tensors) histogram.add(tensor);
  return histogram;
}

Range rangeOf(const std::vector<at::Tensor>& tensors, RangeMethod method) {
  return histogramOf(tensors).rangeBy(method);
}

double squaredError(const at::Tensor& numbers, const Range& range) {
  return (numbers - onGrid(numbers, range)).square().sum().item<double>();
}

TEST(RangeHistogram, MinMaxIsAllThatWasSeenAndZero) {
  const auto range = [](const std::vector<at::Tensor>& tensors) { return rangeOf(tensors, RangeMethod::kMinMax); };
  const Range both = range({at::tensor({-1.5F, 2.0F}), at::tensor({-0.5F, 7.25F})});
  EXPECT_EQ(both.min, -1.5);
  EXPECT_EQ(both.max, 7.25);
  const Range above = range({at::tensor({3.0F, 4.0F})});
  EXPECT_EQ(above.min, 0);
  EXPECT_EQ(above.max, 4);
  const Range below = range({at::tensor({-3.0F, -4.0F})});
  EXPECT_EQ(below.min, -4);
  EXPECT_EQ(below.max, 0);
  const Range nothing = range({at::zeros({10})});
  EXPECT_EQ(nothing.min, 0);
  EXPECT_EQ(nothing.max, 0);
}

TEST(RangeHistogram, PercentileLeavesOutTheOutermost) {
  at::manual_seed(1);
  const at::Tensor numbers = at::rand({200000}) * 2 - 1;
  const at::Tensor outliers = at::tensor({30.0F, -60.0F, 50.0F});
  for (const auto& tensors : {std::vector<at::Tensor>{numbers, outliers}, std::vector<at::Tensor>{outliers, numbers}}) {
    const Range range = rangeOf(tensors, RangeMethod::kPercentile);
    const double bin = 60.0 / (RangeHistogram::kBins / 2);
    EXPECT_NEAR(range.min, -1, bin);
    EXPECT_NEAR(range.max, 1, bin);
  }
}

TEST(RangeHistogram, PercentileOfAnEvenSpreadIsExact) {
  const at::Tensor numbers = at::linspace(0, 1, 1000001);
  EXPECT_NEAR(rangeOf({numbers}, RangeMethod::kPercentile).max, 0.9999, 1e-5);
  EXPECT_EQ(rangeOf({numbers}, RangeMethod::kPercentile).min, 0);
  // Most of what follows ReLU.
  EXPECT_NEAR(rangeOf({numbers, at::zeros({9000000})}, RangeMethod::kPercentile).max, 0.999, 1e-3);
}

TEST(RangeHistogram, SquaredErrorIsTheLeastOfAllShares) {
  at::manual_seed(2);
  const std::vector<at::Tensor> cases{at::cat({at::randn({50000}), at::tensor({40.0F})}), at::randn({50000}).relu(),
                                      at::rand({50000}), at::randn({50000}).pow(3)};
  for (const at::Tensor& numbers : cases) {
    const RangeHistogram histogram = histogramOf({numbers.slice(0, 0, 1000), numbers.slice(0, 1000)});
    const double error = squaredError(numbers, histogram.rangeBy(RangeMethod::kSquaredError));
    for (double share = 1; share > 0.1; share -= 0.1) {
      const Range other{histogram.seen().min * share, histogram.seen().max * share};
      EXPECT_LE(error, squaredError(numbers, other) * 1.02) << share;
    }
  }
}

TEST(RangeHistogram, TheOrderOfSizesMakesNoDifference) {
  at::manual_seed(3);
  std::vector<at::Tensor> tensors;
  for (const double scale : {1e-6, 1.0, 1e-3, 300.0}) tensors.push_back(at::randn({3000}) * scale);
  const Range range = rangeOf(tensors, RangeMethod::kPercentile);
  const Range reversed = rangeOf({tensors.rbegin(), tensors.rend()}, RangeMethod::kPercentile);
  const double bin = (range.max - range.min) / RangeHistogram::kBins * 2;
  EXPECT_NEAR(range.min, reversed.min, bin);
  EXPECT_NEAR(range.max, reversed.max, bin);
}

TEST(RangeHistogram, RefusesWhatIsNotFinite) {
  RangeHistogram histogram;
  for (const float value : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_EQ(test::codeOf([&] { histogram.add(at::tensor({1.0F, value})); }), "ERR_MODEL_FORWARD");
  }
}

TEST(Grid, IsThatOfTheRange) {
  const kernels::Quantisation grid = network::gridOf({-1, 3});
  EXPECT_FLOAT_EQ(grid.step, 4.0F / 255);
  EXPECT_EQ(grid.zero, 64);
  EXPECT_EQ(network::gridOf({0, 2}).zero, 0);
  EXPECT_EQ(network::gridOf({-2, 0}).zero, 255);
  EXPECT_EQ(network::gridOf({0, 0}).step, 1);
  EXPECT_TRUE(onGrid(at::zeros({3}), {0, 0}).equal(at::zeros({3})));
}

TEST(Grid, RoundsHalfToEvenAndClips) {
  // Steps of 1.
  const at::Tensor found = onGrid(at::tensor({0.5F, 1.5F, -0.5F, -300.0F, 300.0F, 0.0F}), {-100, 155});
  EXPECT_TRUE(found.equal(at::tensor({0.0F, 2.0F, 0.0F, -100.0F, 155.0F, 0.0F}))) << found;
}

}  // namespace
}  // namespace kinetorch::quantisation
