#pragma once

#include <cstdint>

namespace kinetorch::cuda {

constexpr int kThreadsPerBlock = 128;

inline unsigned blocksFor(int64_t threads) {
  return static_cast<unsigned>((threads + kThreadsPerBlock - 1) / kThreadsPerBlock);
}

__device__ __forceinline__ int64_t threadIndex() {
  return static_cast<int64_t>(blockIdx.x) * kThreadsPerBlock + threadIdx.x;
}

}  // namespace kinetorch::cuda
