#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "native/kernels/parallel.h"

namespace kinetorch::kernels {

// Calls work(item, thread) for every item. Items with the same thread never run at the same time.
//
// Each thread begins with an even share, the same for every layer of as many items, so that it finds in its core's
// cache what it wrote there for the layer before. Cores are not equally fast or free: whoever is done takes items of
// the others' shares, one at a time.
template <typename Work>
void shareOut(ParallelFor& parallel, int64_t items, const Work& work) {
  constexpr int kMostShares = 64;
  struct alignas(64) Share {
    std::atomic<int64_t> next;
    int64_t end;
  };
  std::array<Share, kMostShares> shares;
  const int threads = static_cast<int>(std::min<int64_t>(parallel.threads(), items));
  const int count = std::min(threads, kMostShares);
  for (int share = 0; share < count; ++share) {
    shares[static_cast<size_t>(share)].next.store(items * share / count, std::memory_order_relaxed);
    shares[static_cast<size_t>(share)].end = items * (share + 1) / count;
  }
  const auto task = [&](int thread) {
    for (int turn = 0; turn < count; ++turn) {
      Share& share = shares[static_cast<size_t>((thread + turn) % count)];
      for (int64_t item; (item = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;) work(item, thread);
    }
  };
  parallel.run(threads, Task(task));
}

}  // namespace kinetorch::kernels
