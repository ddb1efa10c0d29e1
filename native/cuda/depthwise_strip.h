#pragma once

#include "native/cuda/depthwise_job.h"
#include "native/cuda/packed.h"
#include "native/cuda/rectify.h"

namespace kinetorch::cuda {

// Note [Strips]
// A depthwise convolution does little with each value, so what counts is how often one is loaded and converted. A
// thread keeps its channels' weights in registers and goes along W: it loads each column under its tile (a
// DepthwiseTile) once, adds it to all the outputs that it reaches, and stores those that are whole. The next column is
// loaded before the last is used. The 27 weights of eight channels would be more registers than there are; of two they
// fit, and 32 threads side by side still load whole lines. Places are bytes from the clip's address, which all threads
// of a block share.
template <typename Tile, typename Value>
class DepthwiseStrip {
 public:
  KINETORCH_HOST_DEVICE DepthwiseStrip(const DepthwiseJob& job, int clip, const StripPlace& place)
      : job_(job),
        input_(kept(static_cast<const char*>(job.input) + clip * bytesOf(job.in))),
        output_(kept(static_cast<char*>(job.output) + clip * bytesOf(job.out))),
        begin_(place.column),
        end_(place.column + job.strip < job.out.width ? place.column + job.strip : job.out.width),
        least_(leastValue(job.relu)) {
    loadWeights(place.channel);
    findRowsIn(place);
    findRowsOut(place);
  }

  KINETORCH_HOST_DEVICE void run() {
    KINETORCH_UNROLL
    for (int i = 0; i < Tile::kOpen; ++i) restart(open_[i]);
    // Rows outside the input are never loaded, and so stay zero.
    Columns even{};
    Columns odd{};
    loadColumns(begin_, even);
    for (int x = begin_; x < end_ + Tile::kOpen; x += 2) {
      loadColumns(x + 1, odd);
      step(x, even);
      loadColumns(x + 2, even);
      if (x + 1 < end_ + Tile::kOpen) step(x + 1, odd);
    }
  }

 private:
  static constexpr int kChannels = Tile::kChannels;
  static constexpr int kRowsIn = Tile::kFramesIn * Tile::kRowsIn;
  static constexpr int kRowsOut = Tile::kFrames * Tile::kRows;
  using Values = Packed<Value, kChannels>;
  struct Columns {
    Values values[Tile::kStrideW][kRowsIn];
  };
  struct Sums {
    float values[kRowsOut][kChannels];
  };

  KINETORCH_HOST_DEVICE int64_t bytesOf(const Extent& extent) const {
    return static_cast<int64_t>(extent.frames) * extent.height * extent.width * job_.channels *
           static_cast<int64_t>(sizeof(Value));
  }

  KINETORCH_HOST_DEVICE void loadWeights(int channel) {
    const Value* from = static_cast<const Value*>(job_.weight) + channel;
    KINETORCH_UNROLL
    for (int t = 0; t < Tile::kKernelT; ++t) {
      KINETORCH_UNROLL
      for (int h = 0; h < Tile::kKernelH; ++h) {
        KINETORCH_UNROLL
        for (int w = 0; w < Tile::kKernelW; ++w) {
          unpack(load<Value, kChannels>(from), weight_[t][h][w]);
          from += job_.channels;
        }
      }
    }
    KINETORCH_UNROLL
    for (int c = 0; c < kChannels; ++c) bias_[c] = 0;
    if (job_.bias) unpack(load<Value, kChannels>(static_cast<const Value*>(job_.bias) + channel), bias_);
  }

  // Bytes from a clip's first value to one in column 0.
  KINETORCH_HOST_DEVICE uint32_t placeOf(const Extent& extent, int frame, int row, int channel) const {
    const int values = (frame * extent.height + row) * extent.width * job_.channels + channel;
    return static_cast<uint32_t>(values) * sizeof(Value);
  }

  KINETORCH_HOST_DEVICE int64_t placeOfColumn(int column) const {
    return static_cast<int64_t>(column * job_.channels) * static_cast<int64_t>(sizeof(Value));
  }

  KINETORCH_HOST_DEVICE void findRowsIn(const StripPlace& place) {
    KINETORCH_UNROLL
    for (int t = 0; t < Tile::kFramesIn; ++t) {
      KINETORCH_UNROLL
      for (int h = 0; h < Tile::kRowsIn; ++h) {
        const int frame = place.frame * Tile::kStrideT - job_.padding.frames + t;
        const int row = place.row * Tile::kStrideH - job_.padding.height + h;
        const bool isInside = frame >= 0 && frame < job_.in.frames && row >= 0 && row < job_.in.height;
        rowsIn_[t * Tile::kRowsIn + h] = kept(isInside ? placeOf(job_.in, frame, row, place.channel) : kOutside);
      }
    }
  }

  KINETORCH_HOST_DEVICE void findRowsOut(const StripPlace& place) {
    KINETORCH_UNROLL
    for (int t = 0; t < Tile::kFrames; ++t) {
      KINETORCH_UNROLL
      for (int h = 0; h < Tile::kRows; ++h) {
        const bool isInside = place.frame + t < job_.out.frames && place.row + h < job_.out.height;
        rowsOut_[t * Tile::kRows + h] =
            kept(isInside ? placeOf(job_.out, place.frame + t, place.row + h, place.channel) : kOutside);
      }
    }
  }

  // The column of the input that comes in at output x as the dth.
  KINETORCH_HOST_DEVICE int columnOf(int x, int d) const { return x * Tile::kStrideW - job_.padding.width + d; }
  KINETORCH_HOST_DEVICE bool isInside(int column) const { return column >= 0 && column < job_.in.width; }

  // What is outside keeps its old values.
  KINETORCH_HOST_DEVICE void loadColumns(int x, Columns& columns) const {
    KINETORCH_UNROLL
    for (int d = 0; d < Tile::kStrideW; ++d) {
      const int column = columnOf(x, d);
      if (!isInside(column) || x >= end_ + Tile::kOpen) continue;
      const char* const from = kept(input_ + placeOfColumn(column));
      KINETORCH_UNROLL
      for (int row = 0; row < kRowsIn; ++row) {
        if (rowsIn_[row] != kOutside) columns.values[d][row] = load<Value, kChannels>(from + rowsIn_[row]);
      }
    }
  }

  // Adds the columns that come in at output x, and stores the output that they complete.
  KINETORCH_HOST_DEVICE void step(int x, const Columns& columns) {
    Sums sums[Tile::kOpen + 1];
    KINETORCH_UNROLL
    for (int i = 0; i < Tile::kOpen; ++i) sums[i + 1] = open_[i];
    restart(sums[0]);
    KINETORCH_UNROLL
    for (int d = 0; d < Tile::kStrideW; ++d) {
      if (!isInside(columnOf(x, d))) continue;
      KINETORCH_UNROLL
      for (int row = 0; row < kRowsIn; ++row) {
        float values[kChannels];
        unpack(columns.values[d][row], values);
        KINETORCH_UNROLL
        for (int i = Tile::kOpen; i >= 0; --i) {
          const int w = d + Tile::kStrideW * i;
          if (w < Tile::kKernelW) addValues(values, row / Tile::kRowsIn, row % Tile::kRowsIn, w, sums[i]);
        }
      }
    }
    KINETORCH_UNROLL
    for (int i = 0; i < Tile::kOpen; ++i) open_[i] = sums[i];
    if (x - Tile::kOpen >= begin_) finish(x - Tile::kOpen, sums[Tile::kOpen]);
  }

  KINETORCH_HOST_DEVICE void addValues(const float* values, int t, int h, int w, Sums& sums) const {
    KINETORCH_UNROLL
    for (int frame = 0; frame < Tile::kFrames; ++frame) {
      KINETORCH_UNROLL
      for (int row = 0; row < Tile::kRows; ++row) {
        const int kt = t - frame * Tile::kStrideT;
        const int kh = h - row * Tile::kStrideH;
        if (kt < 0 || kt >= Tile::kKernelT || kh < 0 || kh >= Tile::kKernelH) continue;
        float* const to = sums.values[frame * Tile::kRows + row];
        KINETORCH_UNROLL
        for (int c = 0; c < kChannels; ++c) to[c] = fmaf(weight_[kt][kh][w][c], values[c], to[c]);
      }
    }
  }

  KINETORCH_HOST_DEVICE void finish(int column, Sums& sums) const {
    char* const to = kept(output_ + placeOfColumn(column));
    if (job_.residual) addResidual(to, sums);
    KINETORCH_UNROLL
    for (int row = 0; row < kRowsOut; ++row) {
      if (rowsOut_[row] == kOutside) continue;
      KINETORCH_UNROLL
      for (int c = 0; c < kChannels; ++c) sums.values[row][c] = rectify(sums.values[row][c], least_);
      store(pack<Value, kChannels>(sums.values[row]), to + rowsOut_[row]);
    }
  }

  KINETORCH_HOST_DEVICE void addResidual(const char* to, Sums& sums) const {
    const char* const from = kept(static_cast<const char*>(job_.residual) + (to - static_cast<char*>(job_.output)));
    KINETORCH_UNROLL
    for (int row = 0; row < kRowsOut; ++row) {
      if (rowsOut_[row] == kOutside) continue;
      float residual[kChannels];
      unpack(load<Value, kChannels>(from + rowsOut_[row]), residual);
      KINETORCH_UNROLL
      for (int c = 0; c < kChannels; ++c) sums.values[row][c] += residual[c];
    }
  }

  KINETORCH_HOST_DEVICE void restart(Sums& sums) const {
    KINETORCH_UNROLL
    for (int row = 0; row < kRowsOut; ++row) {
      KINETORCH_UNROLL
      for (int c = 0; c < kChannels; ++c) sums.values[row][c] = bias_[c];
    }
  }

  static constexpr uint32_t kOutside = 0xffffffff;

  const DepthwiseJob& job_;
  const char* const input_;
  char* const output_;
  const int begin_;  // of the strip
  const int end_;
  const float least_;
  float weight_[Tile::kKernelT][Tile::kKernelH][Tile::kKernelW][kChannels];
  float bias_[kChannels];
  uint32_t rowsIn_[kRowsIn];
  uint32_t rowsOut_[kRowsOut];
  Sums open_[Tile::kOpen > 0 ? Tile::kOpen : 1];
};

}  // namespace kinetorch::cuda
