#pragma once

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

#include "native/kernels/conv.h"

namespace kinetorch {

// LibTorch's threads are OpenMP's too.
class OpenMpFor final : public kernels::ParallelFor {
 public:
  explicit OpenMpFor(int threads) : threads_(threads) { omp_set_num_threads(threads); }

  int threads() const override { return threads_; }

  void run(int count, kernels::Task task) override {
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

// With one thread the time that it ran, which other jobs on the machine disturb least; else the time that passed.
inline double now(int threads) {
#if defined(CLOCK_THREAD_CPUTIME_ID)
  if (threads == 1) {
    timespec time = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
  }
#endif
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(time).count();
}

// Calls `work` until both counts are reached: of calls and of milliseconds.
template <typename Work>
Timing measure(const Work& work, int threads, int calls, double milliseconds) {
  std::vector<double> times;
  double sum = 0;
  while (static_cast<int>(times.size()) < calls || sum < milliseconds) {
    const double start = now(threads);
    work();
    times.push_back(now(threads) - start);
    sum += times.back();
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times.front()};
}

}  // namespace kinetorch
