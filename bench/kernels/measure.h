#pragma once

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "native/kernels/conv.h"

namespace kinetorch {

// LibTorch's threads are OpenMP's too.
class OpenMpFor final : public ParallelFor {
 public:
  explicit OpenMpFor(int threads) : threads_(threads) { omp_set_num_threads(threads); }

  int threads() const override { return threads_; }

  void run(int count, Task task) override {
#pragma omp parallel num_threads(count)
    task(omp_get_thread_num());
  }

 private:
  int threads_;
};

struct Timing {
  double median = 0;  // ms
  double best = 0;
};

// Calls `work` until both counts are reached: of calls and of milliseconds.
template <typename Work>
Timing measure(const Work& work, int calls, double milliseconds = 0) {
  std::vector<double> times;
  double sum = 0;
  while (static_cast<int>(times.size()) < calls || sum < milliseconds) {
    const auto start = std::chrono::steady_clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    sum += times.back();
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times.front()};
}

}  // namespace kinetorch
