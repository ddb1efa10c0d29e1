#pragma once

#include <thread>
#include <vector>

#include "native/kernels/parallel.h"

namespace kinetorch::test {

// One new thread a task.
class ThreadFor final : public kernels::ParallelFor {
 public:
  explicit ThreadFor(int threads) : threads_(threads) {}

  int threads() const override { return threads_; }

  void run(int count, kernels::Task task) override {
    std::vector<std::thread> others;
    for (int index = 1; index < count; ++index) others.emplace_back(task, index);
    if (count > 0) task(0);
    for (std::thread& other : others) other.join();
  }

 private:
  int threads_;
};

}  // namespace kinetorch::test
