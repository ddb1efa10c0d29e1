#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "native/kernels/aligned_buffer.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace kinetorch::test {

// Floats between two guards of NaN: a result made from what lies outside is NaN too, and a guard written to is noticed.
// Under AddressSanitizer touching a guard is reported at once.
class GuardedBuffer {
 public:
  explicit GuardedBuffer(size_t size, float value = std::numeric_limits<float>::quiet_NaN())
      : size_(size), memory_(size + 2 * kGuard) {
    std::fill_n(memory_.data(), memory_.size(), std::numeric_limits<float>::quiet_NaN());
    std::fill_n(data(), size, value);
    protect();
  }
  ~GuardedBuffer() { expose(); }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  float* data() { return memory_.data() + kGuard; }
  const float* data() const { return memory_.data() + kGuard; }
  float* begin() { return data(); }
  float* end() { return data() + size_; }
  const float* begin() const { return data(); }
  const float* end() const { return data() + size_; }
  size_t size() const { return size_; }

  bool intact() {
    expose();
    const auto isNan = [](float value) { return std::isnan(value); };
    const bool whole =
        std::all_of(memory_.data(), data(), isNan) && std::all_of(data() + size_, data() + size_ + kGuard, isNan);
    protect();
    return whole;
  }

 private:
  static constexpr size_t kGuard = 64;

#if defined(__SANITIZE_ADDRESS__)
  void protect() {
    ASAN_POISON_MEMORY_REGION(memory_.data(), kGuard * sizeof(float));
    ASAN_POISON_MEMORY_REGION(data() + size_, kGuard * sizeof(float));
  }
  void expose() { ASAN_UNPOISON_MEMORY_REGION(memory_.data(), memory_.size() * sizeof(float)); }
#else
  void protect() {}
  void expose() {}
#endif

  size_t size_;
  kernels::AlignedBuffer<float> memory_;
};

}  // namespace kinetorch::test
