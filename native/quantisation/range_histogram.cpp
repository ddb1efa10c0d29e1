#include "native/quantisation/range_histogram.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <tuple>
#include <utility>

#include "native/quantisation/grid.h"
#include "native/runtime/error.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::quantisation {
namespace {

// Bins for zeros alone; their number a unit is still a float32.
constexpr double kLeastLimit = 1e-30;
// Left out at either end.
constexpr double kPercentileTail = 1e-4;
// Shares of the seen range that are tried for the least squared error: 1, 0.99, …
constexpr int kShares = 90;
constexpr double kShareStep = 0.01;

Range scaled(const Range& range, double factor) { return {range.min * factor, range.max * factor}; }

}  // namespace

void RangeHistogram::add(const at::Tensor& numbers) {
  if (numbers.numel() == 0) return;
  const auto [least, most] = at::aminmax(numbers);
  const double min = least.item<double>();
  const double max = most.item<double>();
  if (!std::isfinite(min) || !std::isfinite(max)) {
    throw Error("ERR_MODEL_FORWARD", "expected finite numbers within the network but clips gave NaN or infinity");
  }
  seen_ = {std::min(seen_.min, min), std::max(seen_.max, max)};
  reach(std::max(-seen_.min, seen_.max));
  count(numbers.is_non_overlapping_and_dense() ? numbers : numbers.contiguous());
}

// at::histc takes ten times as long.
void RangeHistogram::count(const at::Tensor& dense) {
  const float* const numbers = dense.const_data_ptr<float>();
  const auto binsPerUnit = static_cast<float>(kBins / limit_);
  std::mutex mutex;
  parallelFor(dense.numel(), [&](int64_t begin, int64_t end) {
    std::vector<int64_t> counts(counts_.size());
    for (int64_t i = begin; i < end; ++i) {
      const auto bin = static_cast<int64_t>(numbers[i] * binsPerUnit + static_cast<float>(kBins));
      ++counts[static_cast<size_t>(std::clamp<int64_t>(bin, 0, 2 * kBins - 1))];
    }
    const std::lock_guard<std::mutex> lock(mutex);
    for (size_t bin = 0; bin < counts_.size(); ++bin) counts_[bin] += static_cast<double>(counts[bin]);
  });
}

Range RangeHistogram::rangeBy(RangeMethod method) const {
  switch (method) {
    case RangeMethod::kMinMax:
      return seen_;
    case RangeMethod::kPercentile:
      return {std::clamp(quantile(kPercentileTail), seen_.min, 0.0),
              std::clamp(quantile(1 - kPercentileTail), 0.0, seen_.max)};
    case RangeMethod::kSquaredError:
      break;
  }
  Range best = seen_;
  double least = squaredError(best);
  for (int i = 1; i < kShares; ++i) {
    const Range range = scaled(seen_, 1 - i * kShareStep);
    const double error = squaredError(range);
    if (error >= least) continue;
    least = error;
    best = range;
  }
  return best;
}

// See Note [Growing bins].
void RangeHistogram::reach(double farthest) {
  if (counts_.empty()) {
    counts_.resize(2 * kBins);
    limit_ = std::max(farthest, kLeastLimit);
  }
  for (; limit_ < farthest; limit_ *= 2) {
    std::vector<double> wider(counts_.size());
    for (size_t bin = 0; bin < counts_.size(); ++bin) wider[(bin + kBins) / 2] += counts_[bin];
    counts_ = std::move(wider);
  }
}

double RangeHistogram::edge(int64_t bin) const { return limit_ * static_cast<double>(bin - kBins) / kBins; }

double RangeHistogram::quantile(double share) const {
  double left = std::accumulate(counts_.begin(), counts_.end(), 0.0) * share;
  for (int64_t bin = 0; bin < 2 * kBins; ++bin) {
    const double count = counts_[static_cast<size_t>(bin)];
    if (left <= count && count > 0) return edge(bin) + left / count * (limit_ / kBins);
    left -= count;
  }
  return limit_;
}

double RangeHistogram::squaredError(const Range& range) const {
  const kernels::Quantisation grid = network::gridOf(range);
  double sum = 0;
  for (int64_t bin = 0; bin < 2 * kBins; ++bin) {
    const double count = counts_[static_cast<size_t>(bin)];
    if (count == 0) continue;
    const double number = (edge(bin) + edge(bin + 1)) / 2;
    const double stored = std::nearbyint(number / grid.step) + static_cast<double>(grid.zero);
    const double kept =
        std::clamp(stored, 0.0, static_cast<double>(network::kMostStored)) - static_cast<double>(grid.zero);
    const double error = number - kept * grid.step;
    sum += count * error * error;
  }
  return sum;
}

}  // namespace kinetorch::quantisation
