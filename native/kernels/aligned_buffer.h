#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace kinetorch::kernels {

// Numbers, or bytes, that begin on a cache line; zero at first unless they were asked for as they come.
template <typename Element>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size) : AlignedBuffer(uninitialised(size)) {
    std::memset(data_.get(), 0, size * sizeof(Element));
  }

  // For who writes all of them: of large buffers the first touch is most of the cost, and can be that of many threads.
  static AlignedBuffer uninitialised(size_t size) {
    AlignedBuffer buffer;
    buffer.size_ = size;
    buffer.data_.reset(static_cast<Element*>(::operator new(size * sizeof(Element), kAlignment)));
    return buffer;
  }

  Element* data() { return data_.get(); }
  const Element* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  static constexpr std::align_val_t kAlignment{64};

  struct Free {
    void operator()(Element* data) const { ::operator delete(data, kAlignment); }
  };

  size_t size_ = 0;
  std::unique_ptr<Element, Free> data_;
};

}  // namespace kinetorch::kernels
