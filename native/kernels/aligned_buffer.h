#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace kinetorch::kernels {

// Floats that begin on a cache line, zero at first unless they were asked for as they come.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size) : AlignedBuffer(uninitialised(size)) {
    std::memset(data_.get(), 0, size * sizeof(float));
  }

  // For who writes all of them: of large buffers the first touch is most of the cost, and can be that of many threads.
  static AlignedBuffer uninitialised(size_t size) {
    AlignedBuffer buffer;
    buffer.size_ = size;
    buffer.data_.reset(static_cast<float*>(::operator new(size * sizeof(float), kAlignment)));
    return buffer;
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

}  // namespace kinetorch::kernels
