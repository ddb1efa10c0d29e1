#pragma once

#include <cstdint>
#include <functional>

namespace kinetorch {

// Calls work(begin, end) for equal parts of 0…count, one on each of as many threads as LibTorch would use here, and
// returns when all are done. Rethrows the first part's exception.
//
// LibTorch's own parallel_for is a header that runs everything on one thread where it is not compiled with OpenMP. This
// one is, where the compiler is GCC, and so shares LibTorch's team of threads: see Note [One team of threads] in
// CMakeLists.txt. Elsewhere it starts threads for each call.
// Within one of several parts this runs everything on the part's own thread; LibTorch does where
// partsStayOnTheirThread().
void parallelFor(int64_t count, const std::function<void(int64_t begin, int64_t end)>& work);

// How many threads parallelFor would use here.
int parallelThreads();

// While it lives, this thread does alone what it would do with others: parallelFor in the same parts, and so with the
// same results; LibTorch's operators run on it alone as well, in parts of their own.
class WithoutTeam {
 public:
  WithoutTeam();
  ~WithoutTeam();
  WithoutTeam(const WithoutTeam&) = delete;
  WithoutTeam& operator=(const WithoutTeam&) = delete;
};

// Whether LibTorch's own operators, too, use no other threads within a part.
bool partsStayOnTheirThread();

}  // namespace kinetorch
