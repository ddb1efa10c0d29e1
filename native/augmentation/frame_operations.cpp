#include "native/augmentation/frame_operations.h"

#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "native/augmentation/affine.h"
#include "native/preprocessing/byte_math.h"

namespace kinetorch::augmentation {
namespace {

// Bytes from the frame's start of a result pixel's four neighbours in the source, and their weights; 0 outside.
struct Taps {
  std::array<int64_t, 4> from{};
  std::array<float, 4> weights{};
};

std::vector<Taps> tapsOf(const Affine& affine, bool nearest, int64_t height, int64_t width) {
  std::vector<Taps> all;
  all.reserve(static_cast<size_t>(height * width));
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      const double centreX = static_cast<double>(x) + 0.5;
      const double centreY = static_cast<double>(y) + 0.5;
      double sourceX = affine.xx * centreX + affine.xy * centreY + affine.x0 - 0.5;
      double sourceY = affine.yx * centreX + affine.yy * centreY + affine.y0 - 0.5;
      if (nearest) {
        sourceX = std::nearbyint(sourceX);
        sourceY = std::nearbyint(sourceY);
      }
      const double left = std::floor(sourceX);
      const double top = std::floor(sourceY);
      Taps taps;
      for (size_t corner = 0; corner < 4; ++corner) {
        const double column = left + static_cast<double>(corner % 2);
        const double row = top + static_cast<double>(corner / 2);
        const bool inside =
            column >= 0 && column < static_cast<double>(width) && row >= 0 && row < static_cast<double>(height);
        if (!inside) continue;
        taps.from[corner] =
            (static_cast<int64_t>(row) * width + static_cast<int64_t>(column)) * preprocessing::kChannels;
        taps.weights[corner] = static_cast<float>((1 - std::abs(sourceX - column)) * (1 - std::abs(sourceY - row)));
      }
      all.push_back(taps);
    }
  }
  return all;
}

void warp(uint8_t* frames, int64_t count, int64_t height, int64_t width, const Affine& affine, bool nearest) {
  const std::vector<Taps> all = tapsOf(affine, nearest, height, width);
  const int64_t frameBytes = height * width * preprocessing::kChannels;
  std::vector<uint8_t> source(static_cast<size_t>(frameBytes));
  for (int64_t frame = 0; frame < count; ++frame) {
    uint8_t* to = frames + frame * frameBytes;
    std::memcpy(source.data(), to, source.size());
    for (const Taps& taps : all) {
      for (int64_t c = 0; c < preprocessing::kChannels; ++c, ++to) {
        float sum = 0;
        for (size_t corner = 0; corner < 4; ++corner) {
          sum += taps.weights[corner] * static_cast<float>(source[static_cast<size_t>(taps.from[corner] + c)]);
        }
        *to = preprocessing::roundToByte(sum);
      }
    }
  }
}

// Blends with the frame smoothed by a 3×3 kernel of ones with 5 in its centre; the edge stays.
void sharpen(uint8_t* frames, int64_t count, int64_t height, int64_t width, double factor) {
  const int64_t stride = width * preprocessing::kChannels;
  const auto own = static_cast<float>(factor);
  const auto other = static_cast<float>(1 - factor);
  std::vector<uint8_t> source(static_cast<size_t>(height * stride));
  for (int64_t frame = 0; frame < count; ++frame) {
    uint8_t* to = frames + frame * height * stride;
    std::memcpy(source.data(), to, source.size());
    for (int64_t y = 1; y + 1 < height; ++y) {
      const uint8_t* row = source.data() + y * stride;
      for (int64_t i = preprocessing::kChannels; i < stride - preprocessing::kChannels; ++i) {
        int sum = 4 * row[i];
        for (const int64_t line : {-stride, int64_t{0}, stride}) {
          sum += row[i + line - preprocessing::kChannels] + row[i + line] + row[i + line + preprocessing::kChannels];
        }
        const auto smooth = static_cast<float>((2 * sum + 13) / 26);  // sum / 13, rounded
        to[y * stride + i] = preprocessing::truncateToByte(own * static_cast<float>(row[i]) + other * smooth);
      }
    }
  }
}

}  // namespace

bool applyFrameOperation(const Operation& operation, bool nearest, uint8_t* frames, int64_t count, int64_t height,
                         int64_t width) {
  if (const auto affine = affineOf(operation, height, width)) {
    warp(frames, count, height, width, *affine, nearest);
    return true;
  }
  if (operation.kind != OperationKind::kSharpness) return false;
  sharpen(frames, count, height, width, operation.amount);
  return true;
}

}  // namespace kinetorch::augmentation
