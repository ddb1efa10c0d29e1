#include "native/preprocessing/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "native/preprocessing/byte_math.h"

namespace kinetorch {
namespace {

// For each pixel along one axis of the crop, the `taps` source pixels from `first` on and their weights.
struct Axis {
  int64_t taps = 0;
  std::vector<int64_t> first;
  std::vector<float> weights;  // pixels × taps
};

// LibTorch's bilinear interpolation, with its antialias (a triangle as wide as the shrinking asks for) or without (two
// taps). `source` pixels are resized to `resized`; the axis holds those from `offset` to `offset + count`.
Axis axisOf(int64_t source, int64_t resized, int64_t offset, int64_t count, bool antialias) {
  const double scale = static_cast<double>(source) / static_cast<double>(resized);
  const double support = antialias ? std::max(scale, 1.0) : 1.0;
  Axis axis;
  axis.taps = std::min(source, static_cast<int64_t>(std::ceil(2 * support)));
  for (int64_t index = 0; index < count; ++index) {
    double centre = scale * (static_cast<double>(offset + index) + 0.5);
    if (!antialias) centre = std::clamp(centre, 0.5, static_cast<double>(source) - 0.5);
    const auto begin = std::max<int64_t>(0, static_cast<int64_t>(std::floor(centre - support - 0.5)) + 1);
    const int64_t first = std::min(begin, source - axis.taps);
    axis.first.push_back(first);
    double sum = 0;
    std::vector<double> weights(static_cast<size_t>(axis.taps));
    for (int64_t tap = 0; tap < axis.taps; ++tap) {
      const double distance = std::abs(static_cast<double>(first + tap) + 0.5 - centre) / support;
      weights[static_cast<size_t>(tap)] = std::max(0.0, 1 - distance);
      sum += weights[static_cast<size_t>(tap)];
    }
    for (const double weight : weights) axis.weights.push_back(static_cast<float>(weight / sum));
  }
  return axis;
}

void reverse(Axis& axis) {
  std::reverse(axis.first.begin(), axis.first.end());
  const auto count = static_cast<int64_t>(axis.first.size());
  std::vector<float> weights(axis.weights.size());
  for (int64_t index = 0; index < count; ++index) {
    std::copy_n(axis.weights.begin() + index * axis.taps, axis.taps, weights.begin() + (count - 1 - index) * axis.taps);
  }
  axis.weights = std::move(weights);
}

void copyRow(const uint8_t* from, uint8_t* to, int64_t pixels, bool flip) {
  if (!flip) {
    std::memcpy(to, from, static_cast<size_t>(pixels * kChannels));
    return;
  }
  for (int64_t x = 0; x < pixels; ++x) std::memcpy(to + x * kChannels, from + (pixels - 1 - x) * kChannels, kChannels);
}

// Weighted sum of the source's rows from `from` on, `stride` bytes apart.
void mixRows(const uint8_t* from, int64_t stride, const float* weights, int64_t taps, int64_t length, float* to) {
  for (int64_t i = 0; i < length; ++i) to[i] = weights[0] * static_cast<float>(from[i]);
  for (int64_t tap = 1; tap < taps; ++tap) {
    if (weights[tap] == 0) continue;
    const uint8_t* row = from + tap * stride;
    for (int64_t i = 0; i < length; ++i) to[i] += weights[tap] * static_cast<float>(row[i]);
  }
}

void mixColumns(const float* from, const Axis& axis, uint8_t* to) {
  const float* weights = axis.weights.data();
  for (const int64_t first : axis.first) {
    const float* pixel = from + first * kChannels;
    float red = 0;
    float green = 0;
    float blue = 0;
    for (int64_t tap = 0; tap < axis.taps; ++tap) {
      red += weights[tap] * pixel[tap * kChannels];
      green += weights[tap] * pixel[tap * kChannels + 1];
      blue += weights[tap] * pixel[tap * kChannels + 2];
    }
    to[0] = roundToByte(red);
    to[1] = roundToByte(green);
    to[2] = roundToByte(blue);
    to += kChannels;
    weights += axis.taps;
  }
}

}  // namespace

void cropClip(const ClipBatch& clips, int64_t index, const CropPlan& crop, const InputSpec& input, uint8_t* out) {
  const int64_t stride = clips.width * kChannels;
  const uint8_t* frame =
      clips.data + (index * clips.frames * clips.height + crop.box.top) * stride + crop.box.left * kChannels;
  const int64_t frameBytes = clips.height * stride;
  const int64_t rowBytes = input.width * kChannels;
  if (crop.box.height == crop.resizedHeight && crop.box.width == crop.resizedWidth) {
    for (int64_t t = 0; t < clips.frames; ++t, frame += frameBytes) {
      for (int64_t y = 0; y < input.height; ++y, out += rowBytes) {
        copyRow(frame + (crop.top + y) * stride + crop.left * kChannels, out, input.width, crop.flip);
      }
    }
    return;
  }
  const Axis rows = axisOf(crop.box.height, crop.resizedHeight, crop.top, input.height, input.antialias);
  Axis columns = axisOf(crop.box.width, crop.resizedWidth, crop.left, input.width, input.antialias);
  if (crop.flip) reverse(columns);
  std::vector<float> mixed(static_cast<size_t>(crop.box.width * kChannels));
  for (int64_t t = 0; t < clips.frames; ++t, frame += frameBytes) {
    for (int64_t y = 0; y < input.height; ++y, out += rowBytes) {
      mixRows(frame + rows.first[static_cast<size_t>(y)] * stride, stride,
              &rows.weights[static_cast<size_t>(y * rows.taps)], rows.taps, static_cast<int64_t>(mixed.size()),
              mixed.data());
      mixColumns(mixed.data(), columns, out);
    }
  }
}

}  // namespace kinetorch
