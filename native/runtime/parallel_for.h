#pragma once

#include <cstdint>
#include <functional>

namespace kinetorch {

// Calls work(begin, end) for equal parts of 0…count, one on each of as many threads as LibTorch would use here, and
// returns when all are done. Rethrows the first part's exception.
//
// LibTorch's own parallel_for is a header that runs everything on one thread where, as in this project, it is not
// compiled with OpenMP; a second OpenMP runtime beside LibTorch's would cost more than it gives.
void parallelFor(int64_t count, const std::function<void(int64_t begin, int64_t end)>& work);

}  // namespace kinetorch
