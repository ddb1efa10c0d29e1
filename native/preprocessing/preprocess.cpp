#include "native/preprocessing/preprocess.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>

#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/device_preprocessor.h"
#include "native/preprocessing/finite.h"
#include "native/preprocessing/preprocess_bytes.h"
#include "native/runtime/error.h"

namespace kinetorch::preprocessing {

namespace {

// A strip of 1×16384 pixels, resized by its short side, would ask for gigabytes.
constexpr int64_t kMaxResizedSide = 16384;

}  // namespace

std::array<int64_t, 2> resizedSize(const std::vector<int64_t>& resize, int64_t height, int64_t width) {
  if (resize.size() == 2) return {resize[0], resize[1]};
  const int64_t side = resize[0];
  const int64_t longSide = side * std::max(height, width) / std::min(height, width);
  if (longSide > kMaxResizedSide) {
    throw Error("ERR_CLIP_SHAPE", "expected frames that are at most " + std::to_string(kMaxResizedSide) +
                                      " pixels long after the resize but received frames of " + std::to_string(height) +
                                      "×" + std::to_string(width));
  }
  return height <= width ? std::array<int64_t, 2>{side, longSide} : std::array<int64_t, 2>{longSide, side};
}

std::vector<int64_t> pickFrames(int64_t available, int64_t count) {
  std::vector<int64_t> indices(static_cast<size_t>(count), 0);
  for (int64_t i = 1; i < count; ++i) indices[static_cast<size_t>(i)] = i * (available - 1) / (count - 1);
  return indices;
}

CropPlan cropOf(const Clip& clip, const CropPosition& position, const InputSpec& input) {
  const std::array<int64_t, 2> size = resizedSize(input.resize, clip.height, clip.width);
  CropPlan crop;
  crop.box = {0, 0, clip.height, clip.width};
  crop.resizedHeight = size[0];
  crop.resizedWidth = size[1];
  crop.top = cropOffset(size[0], input.height, position.y);
  crop.left = cropOffset(size[1], input.width, position.x);
  return crop;
}

void checkFinite(const Clip& clip, const std::vector<int64_t>& picked) {
  if (!clip.isFloat) return;
  const int64_t frameValues = clip.height * clip.width * kChannels;
  const auto* const values = reinterpret_cast<const float*>(clip.bytes.data());
  for (const int64_t frame : picked) {
    if (allFinite(values + frame * frameValues, frameValues)) continue;
    throw Error("ERR_CLIP_DATA", "expected finite values in the clip but it holds NaN or infinity");
  }
}

void preprocessClip(const Clip& clip, const CropPosition& position, const InputSpec& input, const at::Tensor& batch,
                    int64_t index) {
  const std::vector<int64_t> picked = pickFrames(clip.frames, input.frames);
  const CropPlan crop = cropOf(clip, position, input);
  const at::Tensor slot = batch.select(0, index).permute({1, 2, 3, 0});
  if (clip.isFloat) {
    checkFinite(clip, picked);
    void* data = const_cast<uint8_t*>(clip.bytes.data());
    const at::Tensor frames = at::from_blob(data, {clip.frames, clip.height, clip.width, kChannels}, at::kFloat);
    DevicePreprocessor(input, at::kCPU).run(frames, picked, crop, slot);
  } else if (slot.device().is_cpu() && slot.scalar_type() == at::kFloat && slot.is_contiguous()) {
    preprocessBytes(clip, picked, crop, input, slot.data_ptr<float>());
  } else {
    const at::Tensor floats = at::empty(slot.sizes(), at::kFloat);
    preprocessBytes(clip, picked, crop, input, floats.data_ptr<float>());
    slot.copy_(floats);
  }
}

}  // namespace kinetorch::preprocessing
