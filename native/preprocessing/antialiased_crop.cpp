#include "native/preprocessing/antialiased_crop.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "native/preprocessing/byte_math.h"

namespace kinetorch::preprocessing {
namespace {

using Axis = AntialiasedCrop::Axis;

// LibTorch's antialiased bilinear interpolation: a triangle as wide as the shrinking asks for. `source` pixels are
// resized to `resized`; the axis holds those from `offset` to `offset + count`.
Axis axisOf(int64_t source, int64_t resized, int64_t offset, int64_t count) {
  const double scale = static_cast<double>(source) / static_cast<double>(resized);
  const double support = std::max(scale, 1.0);
  Axis axis;
  axis.taps = std::min(source, static_cast<int64_t>(std::ceil(2 * support)));
  for (int64_t index = 0; index < count; ++index) {
    const double centre = scale * (static_cast<double>(offset + index) + 0.5);
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

AntialiasedCrop::AntialiasedCrop(const CropPlan& crop, const InputSpec& input)
    : boxBytes_(crop.box.width * kChannels),
      rows_(axisOf(crop.box.height, crop.resizedHeight, crop.top, input.height)),
      columns_(axisOf(crop.box.width, crop.resizedWidth, crop.left, input.width)) {
  if (crop.flip) reverse(columns_);
}

void AntialiasedCrop::resize(const uint8_t* box, int64_t stride, uint8_t* out) const {
  std::vector<float> mixed(static_cast<size_t>(boxBytes_));
  const auto rowBytes = static_cast<int64_t>(columns_.first.size()) * kChannels;
  for (size_t y = 0; y < rows_.first.size(); ++y, out += rowBytes) resizeRow(box, stride, y, mixed.data(), out);
}

void AntialiasedCrop::resizeAndNormalise(const uint8_t* box, int64_t stride, const RowScale& normal, float* out) const {
  std::vector<float> mixed(static_cast<size_t>(boxBytes_));
  std::vector<uint8_t> row(normal.scale.size());
  for (size_t y = 0; y < rows_.first.size(); ++y, out += row.size()) {
    resizeRow(box, stride, y, mixed.data(), row.data());
    normal.apply(row.data(), out);
  }
}

void AntialiasedCrop::resizeRow(const uint8_t* box, int64_t stride, size_t y, float* mixed, uint8_t* out) const {
  const float* weights = rows_.weights.data() + static_cast<int64_t>(y) * rows_.taps;
  mixRows(box + rows_.first[y] * stride, stride, weights, rows_.taps, boxBytes_, mixed);
  mixColumns(mixed, columns_, out);
}

}  // namespace kinetorch::preprocessing
