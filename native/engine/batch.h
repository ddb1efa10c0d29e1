#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "native/engine/request.h"

namespace kinetorch::engine {

// A request and, once it was served, what became of it: one of result and error.
struct BatchItem {
  Request request;
  std::optional<ClipResult> result;
  std::optional<Error> error;
};

// Requests that share a forward pass, whatever each wants of it.
struct Batch {
  std::vector<BatchItem> items;
  Clock::time_point begin;
};

// Consecutive items of a batch.
class BatchItems {
 public:
  BatchItems(Batch& batch) : BatchItems(batch.items.data(), batch.items.size()) {}

  BatchItem* begin() const { return first_; }
  BatchItem* end() const { return first_ + size_; }
  size_t size() const { return size_; }
  BatchItem& operator[](size_t index) const { return first_[index]; }
  BatchItems firstHalf() const { return {first_, (size_ + 1) / 2}; }
  BatchItems secondHalf() const { return {first_ + (size_ + 1) / 2, size_ / 2}; }

 private:
  BatchItems(BatchItem* first, size_t size) : first_(first), size_(size) {}

  BatchItem* first_;
  size_t size_;
};

// Whether `prepare` has succeeded; the item's error otherwise. That there is too little memory concerns the whole
// batch, and is thrown.
template <typename Prepare>
bool prepareItem(BatchItem& item, const Prepare& prepare) {
  try {
    prepare();
    return true;
  } catch (...) {
    const Error error = currentError("ERR_INTERNAL");
    if (error.isOutOfMemory()) throw error;
    item.error = error;
    return false;
  }
}

// An item that has an error of its own keeps it.
inline void failAll(BatchItems items, const Error& error) {
  for (BatchItem& item : items) {
    item.result.reset();
    if (!item.error) item.error = error;
  }
}

}  // namespace kinetorch::engine
