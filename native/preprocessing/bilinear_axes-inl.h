// The axes of a bilinear crop for the target being compiled (included once for each; see Highway's foreach_target.h).
#if defined(KINETORCH_PREPROCESSING_BILINEAR_AXES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_PREPROCESSING_BILINEAR_AXES_INL_H
#undef KINETORCH_PREPROCESSING_BILINEAR_AXES_INL_H
#else
#define KINETORCH_PREPROCESSING_BILINEAR_AXES_INL_H
#endif

#include <algorithm>
#include <cmath>

#include "native/preprocessing/bilinear_crop.h"
#include "native/preprocessing/byte_math.h"
#include "native/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::preprocessing {
namespace HWY_NAMESPACE {

using namespace simd::HWY_NAMESPACE;

using Axis = BilinearCrop::Axis;
using Axes = BilinearCrop::Axes;

// Where the centre of a resized pixel lies between the centres of the source's.
HWY_INLINE float sourcePosition(float scale, int64_t pixel) {
  const float centre = static_cast<float>(pixel) + 0.5F;
#if HWY_NATIVE_FMA
  return std::max(std::fma(scale, centre, -0.5F), 0.0F);
#else
  return std::max(scale * centre - 0.5F, 0.0F);
#endif
}

// `source` pixels are resized to `resized`; the axis holds those from `offset` to `offset + count`, and then repeats
// the last up to whole vectors. Places are `stride` apart.
HWY_INLINE Axis axisOf(int64_t source, int64_t resized, int64_t offset, int64_t count, bool reversed, int64_t stride) {
  const float scale = static_cast<float>(source) / static_cast<float>(resized);
  Axis axis;
  for (int64_t i = 0; i < count || i % kLanes != 0; ++i) {
    const int64_t index = std::min(i, count - 1);
    const int64_t pixel = offset + (reversed ? count - 1 - index : index);
    const float position = source == resized ? static_cast<float>(pixel) : sourcePosition(scale, pixel);
    const int64_t first = std::min(static_cast<int64_t>(position), source - 1);
    const float weight = std::min(position - static_cast<float>(first), 1.0F);
    axis.first.push_back(first * stride);
    axis.second.push_back(std::min(first + 1, source - 1) * stride);
    axis.firstWeight.push_back(1.0F - weight);
    axis.secondWeight.push_back(weight);
  }
  return axis;
}

HWY_INLINE Axes axesOf(const CropPlan& crop, const InputSpec& input) {
  constexpr int64_t kSmall = 128;
  return {crop.box.height,
          input.height,
          input.width,
          crop.resizedHeight + crop.resizedWidth <= kSmall,
          axisOf(crop.box.height, crop.resizedHeight, crop.top, input.height, false, 1),
          axisOf(crop.box.width, crop.resizedWidth, crop.left, input.width, crop.flip, kChannels)};
}

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::preprocessing
HWY_AFTER_NAMESPACE();

#endif
