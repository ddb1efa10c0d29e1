#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "native/quantisation/range.h"

namespace kinetorch::quantisation {

// Note [Growing bins]
// Bins reach as far below 0 as above, so that 0 lies between two of them. Where a number lies outside, they become
// twice as wide until it does not, two becoming one: nothing that was counted is guessed at again, and of what was seen
// at least half of a side's bins tell.

// How often which numbers came in the tensors that were added.
class RangeHistogram {
 public:
  // On each side of 0.
  static constexpr int64_t kBins = 2048;

  // float32 on the CPU, of any shape. Throws ERR_MODEL_FORWARD where a number is not finite.
  void add(const at::Tensor& numbers);
  bool isEmpty() const { return counts_.empty(); }
  // What was seen and 0.
  const Range& seen() const { return seen_; }
  // Needs something to have been added.
  Range rangeBy(RangeMethod method) const;

 private:
  void reach(double farthest);
  void count(const at::Tensor& dense);
  double edge(int64_t bin) const;
  // The number below which a share of all lie.
  double quantile(double share) const;
  // Sum over all numbers, taken to be in the middle of their bins.
  double squaredError(const Range& range) const;

  Range seen_;
  double limit_ = 0;            // the bins' farthest ends
  std::vector<double> counts_;  // 2 × kBins from −limit_ to limit_
};

}  // namespace kinetorch::quantisation
