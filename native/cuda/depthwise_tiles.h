#pragma once

#include <cstdint>
#include <limits>

#include "native/cuda/depthwise_strip.h"

namespace kinetorch::cuda {

// What one thread makes of a depthwise convolution with this kernel and stride: tiles of rFrames × rRows outputs, for
// some channels side by side; and how many blocks of such threads a multiprocessor must have registers for.
template <int kT, int kH, int kW, int sT, int sH, int sW, int rFrames, int rRows, int rChannels, int rBlocks>
struct DepthwiseTile {
  static constexpr int kKernelT = kT;
  static constexpr int kKernelH = kH;
  static constexpr int kKernelW = kW;
  static constexpr int kStrideT = sT;
  static constexpr int kStrideH = sH;
  static constexpr int kStrideW = sW;
  static constexpr int kFrames = rFrames;
  static constexpr int kRows = rRows;
  static constexpr int kChannels = rChannels;
  static constexpr int kBlocks = rBlocks;
  // Of the input, under a tile.
  static constexpr int kFramesIn = (kFrames - 1) * kStrideT + kKernelT;
  static constexpr int kRowsIn = (kRows - 1) * kStrideH + kKernelH;
  // Outputs that have begun and wait for columns to the right.
  static constexpr int kOpen = (kKernelW - 1) / kStrideW;
};

inline bool isExtent(const Extent& extent, int frames, int height, int width) {
  return extent.frames == frames && extent.height == height && extent.width == width;
}

template <typename Tile>
bool suits(const DepthwiseJob& job) {
  return isExtent(job.kernel, Tile::kKernelT, Tile::kKernelH, Tile::kKernelW) &&
         isExtent(job.stride, Tile::kStrideT, Tile::kStrideH, Tile::kStrideW) && job.channels % Tile::kChannels == 0;
}

// Calls `run` with the tile that suits the job, or `any` where there is none: depthwise_any.h does it then.
template <typename Run, typename Any>
void withTile(const DepthwiseJob& job, const Run& run, const Any& any) {
  using Cube = DepthwiseTile<3, 3, 3, 1, 1, 1, 2, 2, 2, 3>;
  using HalvingCube = DepthwiseTile<3, 3, 3, 2, 2, 2, 1, 1, 2, 4>;
  using SpaceHalvingCube = DepthwiseTile<3, 3, 3, 1, 2, 2, 2, 1, 2, 3>;
  using Square = DepthwiseTile<1, 3, 3, 1, 1, 1, 1, 2, 4, 4>;
  using HalvingSquare = DepthwiseTile<1, 3, 3, 1, 2, 2, 1, 1, 4, 4>;
  using ThreeFrames = DepthwiseTile<3, 1, 1, 1, 1, 1, 4, 1, 8, 3>;
  using FiveFrames = DepthwiseTile<5, 1, 1, 1, 1, 1, 4, 1, 4, 4>;
  if (suits<Cube>(job)) return run(Cube());
  if (suits<HalvingCube>(job)) return run(HalvingCube());
  if (suits<SpaceHalvingCube>(job)) return run(SpaceHalvingCube());
  if (suits<Square>(job)) return run(Square());
  if (suits<HalvingSquare>(job)) return run(HalvingSquare());
  if (suits<ThreeFrames>(job)) return run(ThreeFrames());
  if (suits<FiveFrames>(job)) return run(FiveFrames());
  any();
}

// The length of strips that takes the least time where `slots` threads run at once, by a model: rounds of threads, each
// as long as its columns and the loading of its weights. Long strips load fewer columns twice; short ones fill the
// device where there is little to do, and its last round.
template <typename Tile>
int stripLength(const DepthwiseJob& job, int64_t slots) {
  constexpr int kShortest = 4;
  constexpr int kStart = 3;  // what a thread does before its first column, in columns
  DepthwiseJob cut = job;
  int best = job.out.width;
  int64_t shortest = std::numeric_limits<int64_t>::max();
  for (int strips = 1; strips == 1 || strips * kShortest <= job.out.width; ++strips) {
    cut.strip = (job.out.width + strips - 1) / strips;
    const int64_t rounds = (int64_t{StripGrid<Tile>(cut).threads()} * job.batch + slots - 1) / slots;
    const int64_t time = rounds * (cut.strip + Tile::kOpen + kStart);
    if (time >= shortest) continue;
    shortest = time;
    best = cut.strip;
  }
  return best;
}

}  // namespace kinetorch::cuda
