#include "native/runtime/parallel_for.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace kinetorch {
namespace {

class Threads {
 public:
  explicit Threads(int count) : before_(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }

 private:
  int before_;
};

TEST(ParallelFor, DoesEverythingOnceOnTheThreadsThatLibTorchUses) {
  for (const int threads : {1, 3}) {
    const Threads set(threads);
    for (const int64_t count : {0, 1, 2, 3, 100}) {
      std::mutex mutex;
      std::vector<int> done(static_cast<size_t>(count));
      int64_t parts = 0;
      bool elsewhere = false;
      const std::thread::id here = std::this_thread::get_id();
      parallelFor(count, [&](int64_t begin, int64_t end) {
        const std::lock_guard<std::mutex> lock(mutex);
        ++parts;
        elsewhere = elsewhere || std::this_thread::get_id() != here;
        for (int64_t index = begin; index < end; ++index) ++done[static_cast<size_t>(index)];
      });
      EXPECT_EQ(done, std::vector<int>(static_cast<size_t>(count), 1));
      EXPECT_EQ(parts, std::min<int64_t>(count, threads));
      EXPECT_EQ(elsewhere, parts > 1);
    }
  }
}

TEST(ParallelFor, RethrowsOnceAllAreDone) {
  const Threads set(3);
  for (const int64_t failing : {0, 2}) {
    std::mutex mutex;
    int done = 0;
    const auto work = [&](int64_t begin, int64_t) {
      if (begin == failing) throw std::runtime_error("failed");
      const std::lock_guard<std::mutex> lock(mutex);
      ++done;
    };
    EXPECT_THROW(parallelFor(3, work), std::runtime_error);
    EXPECT_EQ(done, 2);
  }
}

TEST(ParallelFor, WithinAPartStaysOnItsThread) {
  const Threads set(3);
  EXPECT_EQ(parallelThreads(), 3);
  std::mutex mutex;
  int64_t done = 0;
  parallelFor(3, [&](int64_t, int64_t) {
    const std::thread::id here = std::this_thread::get_id();
    EXPECT_EQ(parallelThreads(), 1);
    parallelFor(100, [&](int64_t begin, int64_t end) {
      EXPECT_EQ(std::this_thread::get_id(), here);
      const std::lock_guard<std::mutex> lock(mutex);
      done += end - begin;
    });
    EXPECT_EQ(parallelThreads(), 1);
  });
  EXPECT_EQ(done, 300);
  EXPECT_EQ(parallelThreads(), 3);
}

TEST(WithoutTeam, DoesTheSamePartsOnThisThread) {
  const Threads set(3);
  const std::thread::id here = std::this_thread::get_id();
  std::vector<std::pair<int64_t, int64_t>> parts;
  {
    const WithoutTeam alone;
    EXPECT_EQ(parallelThreads(), 3);
    EXPECT_EQ(at::get_num_threads(), 1);
    parallelFor(10, [&](int64_t begin, int64_t end) {
      EXPECT_EQ(std::this_thread::get_id(), here);
      EXPECT_EQ(parallelThreads(), 1);
      parts.emplace_back(begin, end);
    });
  }
  EXPECT_EQ(parts, (std::vector<std::pair<int64_t, int64_t>>{{0, 3}, {3, 6}, {6, 10}}));
  EXPECT_EQ(parallelThreads(), 3);
  EXPECT_EQ(at::get_num_threads(), 3);
}

TEST(WithoutTeam, IsThisThreadsAlone) {
  const Threads set(3);
  const WithoutTeam alone;
  int others = 0;
  std::thread([&] { others = at::get_num_threads(); }).join();
  EXPECT_EQ(others, 3);
}

}  // namespace
}  // namespace kinetorch
