#pragma once

#include <cmath>
#include <cstdint>

#include "native/cuda/host_device.h"

namespace kinetorch::cuda {

// One axis of a resize: `source` pixels become `resized`, and the window keeps `count` of them from `offset` on.
struct PreprocessAxis {
  int source = 0;
  int resized = 0;
  int offset = 0;
  int count = 0;
};

// Frames of bytes into normalised values, both T×H×W×3.
struct PreprocessJob {
  static constexpr int kMaxFrames = 256;

  const uint8_t* bytes = nullptr;  // the first pixel of the box in frame 0
  int64_t frameBytes = 0;
  int64_t rowBytes = 0;
  void* output = nullptr;
  PreprocessAxis rows;
  PreprocessAxis columns;
  bool flip = false;
  float scale[3] = {};
  float shift[3] = {};
  int frames = 0;
  int picked[kMaxFrames] = {};  // the frames of the source
};

KINETORCH_HOST_DEVICE int64_t pixelsOf(const PreprocessJob& job) {
  return static_cast<int64_t>(job.frames) * job.rows.count * job.columns.count;
}

struct Pixel {
  float values[3];
};

KINETORCH_HOST_DEVICE int windowPixel(const PreprocessAxis& axis, int index, bool reversed) {
  return axis.offset + (reversed ? axis.count - 1 - index : index);
}

// Two neighbours along an axis, one at its ends, and their weights: bilinear_axes-inl.h's, with fused multiply-add.
struct Neighbours {
  int first;
  int second;
  float firstWeight;
  float secondWeight;
};

KINETORCH_HOST_DEVICE Neighbours neighboursOf(const PreprocessAxis& axis, int pixel) {
  const float scale = static_cast<float>(axis.source) / static_cast<float>(axis.resized);
  const float centre = static_cast<float>(pixel) + 0.5F;
  const float position =
      axis.source == axis.resized ? static_cast<float>(pixel) : fmaxf(fmaf(scale, centre, -0.5F), 0.0F);
  Neighbours neighbours;
  neighbours.first = static_cast<int>(position) < axis.source - 1 ? static_cast<int>(position) : axis.source - 1;
  neighbours.second = neighbours.first < axis.source - 1 ? neighbours.first + 1 : neighbours.first;
  neighbours.secondWeight = fminf(position - static_cast<float>(neighbours.first), 1.0F);
  neighbours.firstWeight = 1.0F - neighbours.secondWeight;
  return neighbours;
}

// The arithmetic is that of bilinear_crop.cpp (Note [Ties]): a GPU rounds as a CPU with fused multiply-add does.
struct BilinearPixel {
  KINETORCH_HOST_DEVICE static Pixel of(const PreprocessJob& job, const uint8_t* frame, int y, int x) {
    const Neighbours row = neighboursOf(job.rows, y);
    const Neighbours column = neighboursOf(job.columns, x);
    const uint8_t* const upper = frame + row.first * job.rowBytes;
    const uint8_t* const lower = frame + row.second * job.rowBytes;
    constexpr int kSmall = 128;
    const bool isSmall = job.rows.resized + job.columns.resized <= kSmall;
    Pixel pixel;
    KINETORCH_UNROLL
    for (int c = 0; c < 3; ++c) {
      const float upperLeft = upper[column.first * 3 + c];
      const float upperRight = upper[column.second * 3 + c];
      const float lowerLeft = lower[column.first * 3 + c];
      const float lowerRight = lower[column.second * 3 + c];
      if (isSmall) {
        float sum = upperRight * (row.firstWeight * column.secondWeight);
        sum = fmaf(upperLeft, row.firstWeight * column.firstWeight, sum);
        sum = fmaf(lowerLeft, row.secondWeight * column.firstWeight, sum);
        pixel.values[c] = fmaf(lowerRight, row.secondWeight * column.secondWeight, sum);
      } else {
        const float above = fmaf(upperLeft, column.firstWeight, upperRight * column.secondWeight);
        const float below = fmaf(lowerLeft, column.firstWeight, lowerRight * column.secondWeight);
        pixel.values[c] = fmaf(above, row.firstWeight, below * row.secondWeight);
      }
    }
    return pixel;
  }
};

// Note [Whole weights]
// The antialiasing triangle reaches as far as a resized pixel is wide, or a source pixel where that is wider. In units
// of 1 / (2 × resized) of a source pixel every distance is whole, and so is every weight; only the sums are divided.
// That needs no table of weights and no double, which most GPUs are slow at.
struct Taps {
  int centre;
  int step;
  int reach;
  int begin;
  int end;

  KINETORCH_HOST_DEVICE Taps(const PreprocessAxis& axis, int pixel)
      : centre(axis.source * (2 * pixel + 1)),
        step(axis.resized),
        reach(2 * (axis.source > axis.resized ? axis.source : axis.resized)) {
    // Those whose own centre, step × (2 × tap + 1), is less than `reach` away; one more may weigh nothing.
    const int first = (centre - reach - step) / (2 * step);
    const int last = (centre + reach - step) / (2 * step);
    begin = first > 0 ? first : 0;
    end = last < axis.source - 1 ? last + 1 : axis.source;
  }

  KINETORCH_HOST_DEVICE float weight(int tap) const {
    const int distance = step * (2 * tap + 1) - centre;
    const int rest = reach - (distance < 0 ? -distance : distance);
    return static_cast<float>(rest > 0 ? rest : 0);
  }

  KINETORCH_HOST_DEVICE float sum() const {
    float sum = 0;
    for (int tap = begin; tap < end; ++tap) sum += weight(tap);
    return sum;
  }
};

struct AntialiasedPixel {
  KINETORCH_HOST_DEVICE static Pixel of(const PreprocessJob& job, const uint8_t* frame, int y, int x) {
    const Taps rows(job.rows, y);
    const Taps columns(job.columns, x);
    Pixel sum{};
    for (int column = columns.begin; column < columns.end; ++column) {
      Pixel mixed{};
      for (int row = rows.begin; row < rows.end; ++row) {
        const uint8_t* const from = frame + row * job.rowBytes + column * 3;
        const float weight = rows.weight(row);
        KINETORCH_UNROLL
        for (int c = 0; c < 3; ++c) mixed.values[c] = fmaf(weight, static_cast<float>(from[c]), mixed.values[c]);
      }
      const float weight = columns.weight(column);
      KINETORCH_UNROLL
      for (int c = 0; c < 3; ++c) sum.values[c] = fmaf(weight, mixed.values[c], sum.values[c]);
    }
    const float whole = rows.sum() * columns.sum();
    KINETORCH_UNROLL
    for (int c = 0; c < 3; ++c) sum.values[c] /= whole;
    return sum;
  }
};

// The `index`th pixel of the output.
template <typename Resize, typename Value>
KINETORCH_HOST_DEVICE void preprocessPixel(const PreprocessJob& job, unsigned index) {
  const auto width = static_cast<unsigned>(job.columns.count);
  const auto height = static_cast<unsigned>(job.rows.count);
  const int x = windowPixel(job.columns, static_cast<int>(index % width), job.flip);
  const int y = windowPixel(job.rows, static_cast<int>(index / width % height), false);
  const uint8_t* const frame = job.bytes + job.picked[index / width / height] * job.frameBytes;
  const Pixel pixel = Resize::of(job, frame, y, x);
  Value* const to = static_cast<Value*>(job.output) + static_cast<int64_t>(index) * 3;
  KINETORCH_UNROLL
  for (int c = 0; c < 3; ++c) to[c] = static_cast<Value>(fmaf(rintf(pixel.values[c]), job.scale[c], job.shift[c]));
}

}  // namespace kinetorch::cuda
