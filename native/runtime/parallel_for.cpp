#include "native/runtime/parallel_for.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <exception>
#include <future>
#include <mutex>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace kinetorch {
namespace {

// The first exception of several threads, for the one that waits for them.
class FirstFailure {
 public:
  template <typename Work>
  void guard(const Work& work) {
    try {
      work();
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr failure_;
};

thread_local bool insidePart = false;
thread_local int missingTeam = 0;  // how many threads this one does without; 0: it has its team

// OpenMP keeps a number for each thread; LibTorch's own call would set it for others too.
void setOwnThreads([[maybe_unused]] int threads) {
#ifdef _OPENMP
  omp_set_num_threads(threads);
#endif
}

class InsidePart {
 public:
  InsidePart() { insidePart = true; }
  ~InsidePart() { insidePart = false; }
  InsidePart(const InsidePart&) = delete;
  InsidePart& operator=(const InsidePart&) = delete;
};

}  // namespace

bool partsStayOnTheirThread() {
#ifdef _OPENMP
  return true;
#else
  return false;
#endif
}

int parallelThreads() {
  if (insidePart) return 1;
  return missingTeam > 0 ? missingTeam : at::get_num_threads();
}

WithoutTeam::WithoutTeam() {
  missingTeam = at::get_num_threads();
  setOwnThreads(1);
}

WithoutTeam::~WithoutTeam() {
  setOwnThreads(missingTeam);
  missingTeam = 0;
}

void parallelFor(int64_t count, const std::function<void(int64_t begin, int64_t end)>& work) {
  const int64_t parts = std::min<int64_t>(count, parallelThreads());
  FirstFailure failure;
  const auto run = [&](int64_t part) {
    failure.guard([&] { work(part * count / parts, (part + 1) * count / parts); });
  };
  const auto runInside = [&](int64_t part) {
    const InsidePart inside;
    run(part);
  };
  if (parts == 1) {
    run(0);
  } else if (missingTeam > 0) {
    for (int64_t part = 0; part < parts; ++part) runInside(part);
  } else {
#ifdef _OPENMP
    const int threads = static_cast<int>(parts);
#pragma omp parallel for schedule(static, 1) num_threads(threads)
    for (int64_t part = 0; part < parts; ++part) runInside(part);
#else
    std::vector<std::future<void>> others;
    for (int64_t part = 1; part < parts; ++part) others.push_back(std::async(std::launch::async, runInside, part));
    if (parts > 0) runInside(0);
#endif
  }
  failure.rethrow();
}

}  // namespace kinetorch
