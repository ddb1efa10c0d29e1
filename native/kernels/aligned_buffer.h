#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace kinetorch {

// Floats that begin on a cache line and are zero at first.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size)
      : size_(size), data_(static_cast<float*>(::operator new(size * sizeof(float), kAlignment))) {
    std::memset(data_.get(), 0, size * sizeof(float));
  }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  static constexpr std::align_val_t kAlignment{64};

  struct Free {
    void operator()(float* data) const { ::operator delete(data, kAlignment); }
  };

  size_t size_ = 0;
  std::unique_ptr<float, Free> data_;
};

}  // namespace kinetorch
