#pragma once

#include <cstdint>

#include "native/kernels/parallel.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::network {

// The kernels on LibTorch's threads.
class LibTorchThreads final : public kernels::ParallelFor {
 public:
  int threads() const override { return parallelThreads(); }
  void run(int count, kernels::Task task) override {
    parallelFor(count, [task](int64_t begin, int64_t end) {
      for (int64_t index = begin; index < end; ++index) task(static_cast<int>(index));
    });
  }
};

}  // namespace kinetorch::network
