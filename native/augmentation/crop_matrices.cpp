#include "native/augmentation/crop_matrices.h"

#include <ATen/ATen.h>

#include <cstring>

#include "native/preprocessing/antialiased_crop.h"
#include "native/preprocessing/bilinear_crop.h"
#include "native/preprocessing/byte_math.h"
#include "native/runtime/device_copy.h"

namespace kinetorch::augmentation {
namespace {

// Calls add(pixel of the crop, pixel of the box, weight); places along `axis` are `stride` apart.
template <typename Add>
void forEachWeight(const preprocessing::BilinearCrop::Axis& axis, int64_t stride, int64_t count, Add add) {
  for (int64_t pixel = 0; pixel < count; ++pixel) {
    const auto i = static_cast<size_t>(pixel);
    add(pixel, axis.first[i] / stride, axis.firstWeight[i]);
    add(pixel, axis.second[i] / stride, axis.secondWeight[i]);
  }
}

template <typename Add>
void forEachWeight(const preprocessing::AntialiasedCrop::Axis& axis, Add add) {
  for (size_t i = 0; i < axis.first.size(); ++i) {
    for (int64_t tap = 0; tap < axis.taps; ++tap) {
      const auto weight = i * static_cast<size_t>(axis.taps) + static_cast<size_t>(tap);
      add(static_cast<int64_t>(i), axis.first[i] + tap, axis.weights[weight]);
    }
  }
}

at::Tensor zeros(at::IntArrayRef sizes, at::Device device) {
  const at::Tensor matrices = stagingTensor(sizes, at::kFloat, device);
  std::memset(matrices.mutable_data_ptr(), 0, matrices.nbytes());
  return matrices;
}

}  // namespace

CropMatrices cropMatrices(const std::vector<ClipPlan>& plans, int64_t height, int64_t width,
                          const preprocessing::InputSpec& input, at::Device device) {
  const auto count = static_cast<int64_t>(plans.size());
  const at::Tensor rows = zeros({count, input.height, height}, device);
  const at::Tensor columns = zeros({count, width, input.width}, device);
  float* row = rows.mutable_data_ptr<float>();
  float* column = columns.mutable_data_ptr<float>();
  for (const ClipPlan& plan : plans) {
    const preprocessing::CropPlan& crop = plan.crop;
    const auto addRow = [&](int64_t y, int64_t from, float weight) { row[y * height + crop.box.top + from] += weight; };
    const auto addColumn = [&](int64_t x, int64_t from, float weight) {
      column[(crop.box.left + from) * input.width + x] += weight;
    };
    if (input.antialias) {
      const preprocessing::AntialiasedCrop taps(crop, input);
      forEachWeight(taps.rows(), addRow);
      forEachWeight(taps.columns(), addColumn);
    } else {
      const preprocessing::BilinearCrop::Axes axes = preprocessing::BilinearCrop(crop, input).axes();
      forEachWeight(axes.rows, 1, input.height, addRow);
      forEachWeight(axes.columns, preprocessing::kChannels, input.width, addColumn);
    }
    row += input.height * height;
    column += width * input.width;
  }
  return {toDevice(rows, device), toDevice(columns, device)};
}

}  // namespace kinetorch::augmentation
