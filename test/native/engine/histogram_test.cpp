#include "native/engine/histogram.h"

#include <gtest/gtest.h>

#include <numeric>

namespace kinetorch::engine {
namespace {

TEST(Histogram, CountsATimeInTheRangeThatEndsAtOrAfterIt) {
  Histogram histogram;
  for (const double time : {0.0, 1.0, 1.001, 2.0, 3.0, 60'000.0, 60'001.0, 1e9}) histogram.add(time);
  EXPECT_EQ(histogram.counts[0], 2u);  // up to 1 ms
  EXPECT_EQ(histogram.counts[1], 2u);  // up to 2
  EXPECT_EQ(histogram.counts[2], 1u);  // up to 5
  EXPECT_EQ(histogram.counts[14], 1u);
  EXPECT_EQ(histogram.counts[15], 2u);  // above all
  EXPECT_EQ(histogram.count, 8u);
  EXPECT_EQ(std::accumulate(histogram.counts.begin(), histogram.counts.end(), uint64_t{0}), 8u);
  EXPECT_DOUBLE_EQ(histogram.sum, 1e9 + 120'008.001);
}

TEST(Histogram, HasAscendingBounds) {
  EXPECT_TRUE(std::is_sorted(Histogram::kBounds.begin(), Histogram::kBounds.end()));
}

}  // namespace
}  // namespace kinetorch::engine
