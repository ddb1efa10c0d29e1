#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "native/kernels/aligned_buffer.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace kinetorch::test {

// Numbers between two guards of NaN, or of the largest byte: a result made from what lies outside is NaN too, and a
// guard written to is noticed. Under AddressSanitizer touching a guard is reported at once.
template <typename Element>
class GuardedBuffer {
 public:
  explicit GuardedBuffer(size_t size) : size_(size), memory_(size + 2 * kGuard) {
    std::memset(memory_.data(), kGuardByte, memory_.size() * sizeof(Element));
    protect();
  }
  ~GuardedBuffer() { expose(); }
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;

  Element* data() { return memory_.data() + kGuard; }
  const Element* data() const { return memory_.data() + kGuard; }
  Element* begin() { return data(); }
  Element* end() { return data() + size_; }
  const Element* begin() const { return data(); }
  const Element* end() const { return data() + size_; }
  size_t size() const { return size_; }

  bool intact() {
    expose();
    const auto isGuard = [](const Element* from) {
      const auto* const bytes = reinterpret_cast<const unsigned char*>(from);
      return std::all_of(bytes, bytes + kGuardBytes, [](unsigned char byte) { return byte == kGuardByte; });
    };
    const bool whole = isGuard(memory_.data()) && isGuard(data() + size_);
    protect();
    return whole;
  }

 private:
  static constexpr size_t kGuardBytes = 256;
  static constexpr size_t kGuard = kGuardBytes / sizeof(Element);
  static constexpr unsigned char kGuardByte = 0xFF;

#if defined(__SANITIZE_ADDRESS__)
  void protect() {
    ASAN_POISON_MEMORY_REGION(memory_.data(), kGuardBytes);
    ASAN_POISON_MEMORY_REGION(data() + size_, kGuardBytes);
  }
  void expose() { ASAN_UNPOISON_MEMORY_REGION(memory_.data(), memory_.size() * sizeof(Element)); }
#else
  void protect() {}
  void expose() {}
#endif

  size_t size_;
  kernels::AlignedBuffer<Element> memory_;
};

}  // namespace kinetorch::test
