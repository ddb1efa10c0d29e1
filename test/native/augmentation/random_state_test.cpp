#include "native/augmentation/random_state.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kinetorch::augmentation {
namespace {

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

TEST(RandomState, NormalHasTheMomentsOfTheNormalDistribution) {
  RandomState random(2);
  double sums[5] = {};
  constexpr int kDraws = 200000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.normal();
    for (int power = 1; power <= 4; ++power) sums[power] += std::pow(value, power) / kDraws;
  }
  EXPECT_NEAR(sums[1], 0, 0.01);
  EXPECT_NEAR(sums[2], 1, 0.02);
  EXPECT_NEAR(sums[3], 0, 0.05);
  EXPECT_NEAR(sums[4], 3, 0.1);
}

TEST(RandomState, BetaHasItsMeanAndVariance) {
  RandomState random(3);
  constexpr int kDraws = 100000;
  for (const double alpha : {0.001, 0.2, 0.5, 1.0, 4.0, 100.0}) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double value = random.beta(alpha);
      ASSERT_GE(value, 0);
      ASSERT_LE(value, 1);
      sum += value / kDraws;
      squares += (value - 0.5) * (value - 0.5) / kDraws;
    }
    const double variance = 1 / (4 * (2 * alpha + 1));
    EXPECT_NEAR(sum, 0.5, 4 * std::sqrt(variance / kDraws)) << alpha;
    EXPECT_NEAR(squares, variance, 0.02 * variance) << alpha;
  }
}

}  // namespace
}  // namespace kinetorch::augmentation
