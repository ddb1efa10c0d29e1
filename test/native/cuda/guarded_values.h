#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace kinetorch::cuda {

// Values between two guards of NaN, aligned as a device's memory is: what is made from a guard is NaN too, and a guard
// that was written to is noticed.
template <typename Value>
class GuardedValues {
 public:
  explicit GuardedValues(size_t size) : size_(size), memory_(size + 2 * kGuard, nan()) {}

  Value* data() { return memory_.data() + kGuard; }
  size_t size() const { return size_; }
  Value& operator[](size_t index) { return memory_[kGuard + index]; }

  bool intact() const {
    for (size_t i = 0; i < kGuard; ++i) {
      if (!isNan(memory_[i]) || !isNan(memory_[kGuard + size_ + i])) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kGuard = 256;
  static Value nan() { return static_cast<Value>(std::numeric_limits<float>::quiet_NaN()); }
  static bool isNan(Value value) { return std::isnan(static_cast<float>(value)); }

  size_t size_;
  std::vector<Value> memory_;
};

}  // namespace kinetorch::cuda
