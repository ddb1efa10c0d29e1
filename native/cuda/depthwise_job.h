#pragma once

#include <cstdint>

#include "native/cuda/host_device.h"

namespace kinetorch::cuda {

struct Extent {
  int frames = 0;
  int height = 0;
  int width = 0;
};

// A depthwise convolution of N×T×H×W×C values: one kernel a channel, then bias, residual and ReLU. The number of values
// in one clip fits an int.
struct DepthwiseJob {
  const void* input = nullptr;
  const void* weight = nullptr;    // kT×kH×kW×C
  const void* bias = nullptr;      // C, or null
  const void* residual = nullptr;  // as the output, or null
  void* output = nullptr;
  int batch = 0;
  int channels = 0;
  Extent in;
  Extent out;
  Extent kernel;
  Extent stride;
  Extent padding;
  bool relu = false;
  int strip = 0;  // outputs along W that one thread makes (depthwise_strip.h)
};

KINETORCH_HOST_DEVICE int64_t outputsOf(const DepthwiseJob& job) {
  return static_cast<int64_t>(job.batch) * job.channels * job.out.frames * job.out.height * job.out.width;
}

// Where a thread works within a clip: the first of the outputs of its tile and strip.
struct StripPlace {
  int channel;
  int frame;
  int row;
  int column;
};

// Note [Order of threads]
// Neighbouring threads take neighbouring channels, 128 bytes of them, so that a warp's loads are whole lines. The next
// ones take the tile of rows below, then of frames: a block's tiles overlap in the input, and find it in the L1 cache.
// Blocks have one clip, so that its address is the same in all their threads.
template <typename Tile>
struct StripGrid {
  int channelGroups;  // side by side; 128 bytes where the channels divide so
  int rowTiles;
  int frameTiles;
  int strips;
  int channelBlocks;

  explicit KINETORCH_HOST_DEVICE StripGrid(const DepthwiseJob& job) {
    const int groups = job.channels / Tile::kChannels;
    constexpr int kLine = 64 / Tile::kChannels;
    channelGroups = groups % kLine == 0 ? kLine : groups;
    channelBlocks = groups / channelGroups;
    rowTiles = (job.out.height + Tile::kRows - 1) / Tile::kRows;
    frameTiles = (job.out.frames + Tile::kFrames - 1) / Tile::kFrames;
    strips = (job.out.width + job.strip - 1) / job.strip;
  }

  // For one clip; fewer than its values.
  KINETORCH_HOST_DEVICE unsigned threads() const {
    return static_cast<unsigned>(channelGroups * channelBlocks) * rowTiles * frameTiles * strips;
  }

  KINETORCH_HOST_DEVICE StripPlace place(const DepthwiseJob& job, unsigned index) const {
    const auto next = [&index](int count) {
      const unsigned rest = index % static_cast<unsigned>(count);
      index /= static_cast<unsigned>(count);
      return static_cast<int>(rest);
    };
    StripPlace place;
    place.channel = next(channelGroups) * Tile::kChannels;
    place.row = next(rowTiles) * Tile::kRows;
    place.frame = next(frameTiles) * Tile::kFrames;
    place.column = next(strips) * job.strip;
    place.channel += static_cast<int>(index) * channelGroups * Tile::kChannels;
    return place;
  }
};

}  // namespace kinetorch::cuda
