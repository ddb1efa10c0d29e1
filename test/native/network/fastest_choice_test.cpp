#include "native/network/operators/fastest_choice.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace kinetorch::network {
namespace {

using kernels::ConvAlgorithm;
using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kFast{1};
constexpr Milliseconds kSlow{20};

// A layer whose runs take as long as the test says.
class FastestChoice : public testing::Test {
 protected:
  // What is chosen in so much time, among Winograd's algorithms and the direct convolution.
  ConvChoice choose(Milliseconds time, const std::function<Milliseconds(const ConvChoice&)>& duration) {
    const auto run = [&](const ConvChoice& choice) {
      runs.push_back(choice);
      std::this_thread::sleep_for(duration(choice));
    };
    const auto packed = [&](ConvAlgorithm algorithm) {
      auto& weights = packed_.at(static_cast<size_t>(algorithm));
      if (!weights && maxWeights-- > 0) {
        weights = std::make_unique<kernels::PackedConv>(kLayer, algorithm, plain_.data(), nullptr, serial_);
      }
      return weights.get();
    };
    return fastestChoice({ConvAlgorithm::kWinograd4, ConvAlgorithm::kWinograd2, ConvAlgorithm::kDirect}, packed, run,
                         /*hasLibrary=*/true, {1, 4, 24, 24}, std::chrono::steady_clock::now() + time);
  }

  int maxWeights = 3;
  std::vector<ConvChoice> runs;

 private:
  static constexpr kernels::ConvLayer kLayer = {32, 64, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, 1};

  std::vector<float> plain_ = std::vector<float>(64 * 32 * 9, 1.0F);
  kernels::SerialFor serial_;
  std::array<std::unique_ptr<kernels::PackedConv>, kernels::kConvAlgorithms.size()> packed_;
};

bool isBy(ConvAlgorithm algorithm, const ConvChoice& choice) { return choice && choice->algorithm == algorithm; }

TEST_F(FastestChoice, IsTheAlgorithmThatTookTheLeastTime) {
  const ConvChoice chosen = choose(Milliseconds(2000), [](const ConvChoice& choice) {
    return isBy(ConvAlgorithm::kWinograd2, choice) ? kFast : kSlow;
  });
  EXPECT_TRUE(isBy(ConvAlgorithm::kWinograd2, chosen));
}

TEST_F(FastestChoice, HasTheBlocksThatTookTheLeastTime) {
  int64_t byDefault = 0;
  const ConvChoice chosen = choose(Milliseconds(4000), [&](const ConvChoice& choice) {
    if (!isBy(ConvAlgorithm::kWinograd4, choice)) return kSlow;
    if (byDefault == 0) byDefault = choice->tileRows;
    return choice->tileRows == byDefault ? kSlow / 2 : kFast;
  });
  ASSERT_TRUE(isBy(ConvAlgorithm::kWinograd4, chosen));
  EXPECT_NE(chosen->tileRows, byDefault);
}

TEST_F(FastestChoice, IsTheLibraryOnlyWhereItIsFasterTwice) {
  const auto duration = [](const ConvChoice& choice) { return choice ? kSlow : kFast; };
  EXPECT_FALSE(choose(Milliseconds(2000), duration).has_value());
  int asks = 0;
  const auto onceFast = [&](const ConvChoice& choice) { return !choice && ++asks <= 3 ? kFast : kSlow; };
  EXPECT_TRUE(choose(Milliseconds(2000), onceFast).has_value());
}

TEST_F(FastestChoice, IsFoundWithOnePlanWhereThereIsNoTime) {
  const ConvChoice chosen = choose(Milliseconds(0), [](const ConvChoice&) { return kFast; });
  EXPECT_TRUE(isBy(ConvAlgorithm::kWinograd4, chosen));
  for (const ConvChoice& each : runs) EXPECT_TRUE(isBy(ConvAlgorithm::kWinograd4, each));
}

TEST_F(FastestChoice, IsAmongTheWeightsThatMayBeKept) {
  maxWeights = 1;
  const ConvChoice chosen = choose(Milliseconds(200), [](const ConvChoice& choice) { return choice ? kFast : kSlow; });
  EXPECT_TRUE(isBy(ConvAlgorithm::kWinograd4, chosen));
  for (const ConvChoice& each : runs) EXPECT_TRUE(!each || isBy(ConvAlgorithm::kWinograd4, each));
}

TEST_F(FastestChoice, IsTheLibraryWithoutWeights) {
  maxWeights = 0;
  EXPECT_FALSE(choose(Milliseconds(100), [](const ConvChoice&) { return kFast; }).has_value());
  EXPECT_TRUE(runs.empty());
}

}  // namespace
}  // namespace kinetorch::network
