#pragma once

#include <cstdint>

namespace kinetorch::training {

// PyTorch's GradScaler: gradients of a float16 network are kept out of its underflow by scaling the loss up, as far as
// they don't overflow. Off, the scale is 1.
class LossScaler {
 public:
  struct State {
    double scale = 65536;
    int64_t sinceGrowth = 0;  // steps without overflow since the scale last changed
  };

  explicit LossScaler(bool enabled) : enabled_(enabled) {}

  double scale() const { return enabled_ ? state_.scale : 1.0; }

  // True where the gradients of this step overflowed and a smaller scale may help: then it is halved, and the step must
  // not be taken.
  bool backOff() {
    if (!enabled_ || state_.scale <= 1) return false;
    state_ = {state_.scale * 0.5, 0};
    return true;
  }

  // After each step taken. 2,000 in a row double the scale.
  void grow() {
    if (!enabled_ || ++state_.sinceGrowth < kGrowthInterval) return;
    state_ = {state_.scale * 2, 0};
  }

  const State& state() const { return state_; }
  void setState(const State& state) { state_ = state; }

 private:
  static constexpr int64_t kGrowthInterval = 2000;

  bool enabled_;
  State state_;
};

}  // namespace kinetorch::training
