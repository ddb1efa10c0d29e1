#pragma once

#include <array>
#include <cstdint>

namespace kinetorch::augmentation {

// Random numbers of a training run: xoshiro256++ by Blackman and Vigna. Own code, because a run must go on from a
// checkpoint with the same numbers, whichever standard library it was built with.
class RandomState {
 public:
  using State = std::array<uint64_t, 4>;

  explicit RandomState(uint64_t seed);

  uint64_t next();
  // In [0, 1), 53 bits.
  double uniform();
  // In [min, max).
  double uniform(double min, double max) { return min + (max - min) * uniform(); }
  // In [0, bound), every value equally likely; bound ≥ 1.
  int64_t below(int64_t bound);
  // Mean 0, variance 1.
  double normal();
  // Beta(alpha, alpha), in [0, 1]; alpha > 0.
  double beta(double alpha);

  const State& state() const { return state_; }
  void setState(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace kinetorch::augmentation
