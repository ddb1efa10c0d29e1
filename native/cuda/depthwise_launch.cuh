#pragma once

#include "native/cuda/blocks.cuh"
#include "native/cuda/depthwise_any.h"
#include "native/cuda/depthwise_tiles.h"
#include "native/cuda/launch.h"

namespace kinetorch::cuda {

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

// As many threads of the tile's kernel as the current device runs at once.
template <typename Tile>
int64_t threadSlots() {
  int device = 0;
  int processors = 1;
  cudaGetDevice(&device);
  cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device);
  return static_cast<int64_t>(processors) * Tile::kBlocks * kThreadsPerBlock;
}

template <typename Value>
void launchDepthwiseOf(DepthwiseJob job, cudaStream_t stream) {
  withTile(
      job,
      [&](auto tile) {
        using Tile = decltype(tile);
        job.strip = stripLength<Tile>(job, threadSlots<Tile>());
        const dim3 blocks(blocksFor(StripGrid<Tile>(job).threads()), job.batch);
        stripKernel<Tile, Value><<<blocks, kThreadsPerBlock, 0, stream>>>(job);
      },
      [&] { anyKernel<Value><<<blocksFor(outputsOf(job)), kThreadsPerBlock, 0, stream>>>(job); });
}

}  // namespace kinetorch::cuda
