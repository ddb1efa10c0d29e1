#pragma once

#include "native/cuda/blocks.cuh"
#include "native/cuda/depthwise_any.h"
#include "native/cuda/depthwise_tiles.h"
#include "native/cuda/launch.h"

namespace kinetorch {

// The second dimension of the grid is the clip.
template <typename Tile, typename Value>
__global__ void __launch_bounds__(kThreadsPerBlock, Tile::kBlocks)
    stripKernel(const __grid_constant__ DepthwiseJob job) {
  const StripGrid<Tile> grid(job);
  const auto index = static_cast<unsigned>(threadIndex());
  if (index < grid.threads()) DepthwiseStrip<Tile, Value>(job, blockIdx.y, grid.place(job, index)).run();
}

template <typename Value>
__global__ void __launch_bounds__(kThreadsPerBlock) anyKernel(const __grid_constant__ DepthwiseJob job) {
  const int64_t index = threadIndex();
  if (index < outputsOf(job)) depthwiseAny<Value>(job, index);
}

// Of `kernel`, as many threads as the current device runs at once.
template <typename Kernel>
int64_t threadSlots(Kernel kernel) {
  int device = 0;
  int processors = 1;
  int blocks = 1;
  cudaGetDevice(&device);
  cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device);
  cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, kThreadsPerBlock, 0);
  return static_cast<int64_t>(processors) * blocks * kThreadsPerBlock;
}

template <typename Value>
void launchDepthwiseOf(DepthwiseJob job, cudaStream_t stream) {
  withTile(
      job,
      [&](auto tile) {
        using Tile = decltype(tile);
        constexpr auto kernel = stripKernel<Tile, Value>;
        job.strip = stripLength<Tile>(job, threadSlots(kernel));
        const dim3 blocks(blocksFor(StripGrid<Tile>(job).threads()), job.batch);
        kernel<<<blocks, kThreadsPerBlock, 0, stream>>>(job);
      },
      [&] { anyKernel<Value><<<blocksFor(outputsOf(job)), kThreadsPerBlock, 0, stream>>>(job); });
}

}  // namespace kinetorch
