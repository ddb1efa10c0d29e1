#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "native/kernels/parallel.h"

namespace kinetorch {

// Calls work(item, thread) for every item, handing them out one at a time: cores are not equally fast or free. Items
// with the same thread never run at the same time.
template <typename Work>
void shareOut(ParallelFor& parallel, int64_t items, const Work& work) {
  std::atomic<int64_t> next{0};
  const auto task = [&](int thread) {
    for (int64_t item; (item = next.fetch_add(1, std::memory_order_relaxed)) < items;) work(item, thread);
  };
  parallel.run(static_cast<int>(std::min<int64_t>(parallel.threads(), items)), Task(task));
}

}  // namespace kinetorch
