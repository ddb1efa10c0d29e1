#include "native/runtime/parallel_for.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <future>
#include <vector>

namespace kinetorch {

void parallelFor(int64_t count, const std::function<void(int64_t begin, int64_t end)>& work) {
  const int64_t parts = std::min<int64_t>(count, at::get_num_threads());
  std::vector<std::future<void>> others;
  for (int64_t part = 1; part < parts; ++part) {
    others.push_back(
        std::async(std::launch::async, [&, part] { work(part * count / parts, (part + 1) * count / parts); }));
  }
  // A future of async waits in its destructor, so that none outlives `work` when this throws.
  if (parts > 0) work(0, count / parts);
  for (std::future<void>& other : others) other.get();
}

}  // namespace kinetorch
