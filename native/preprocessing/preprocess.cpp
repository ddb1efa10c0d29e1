#include "native/preprocessing/preprocess.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "native/preprocessing/normalisation.h"
#include "native/preprocessing/preprocess_bytes.h"
#include "native/preprocessing/resize_clip.h"
#include "native/runtime/error.h"

namespace kinetorch {

namespace {

// A strip of 1×16384 pixels, resized by its short side, would ask for gigabytes.
constexpr int64_t kMaxResizedSide = 16384;

// A view of the clip's bytes as T×3×H×W; no copy.
at::Tensor framesOf(const Clip& clip) {
  void* data = const_cast<uint8_t*>(clip.bytes.data());
  return at::from_blob(data, {clip.frames, clip.height, clip.width, 3}, clip.isFloat ? at::kFloat : at::kByte)
      .permute({0, 3, 1, 2});
}

// Even choice of `count` of `available` frames, first and last included (pytorchvideo's uniform_temporal_subsample).
std::vector<int64_t> pickFrames(int64_t available, int64_t count) {
  std::vector<int64_t> indices(static_cast<size_t>(count), 0);
  for (int64_t i = 1; i < count; ++i) indices[static_cast<size_t>(i)] = i * (available - 1) / (count - 1);
  return indices;
}

// Python's round(): half to even, as torchvision's center_crop computes its offset.
int64_t cropOffset(int64_t available, int64_t wanted, double position) {
  return static_cast<int64_t>(std::nearbyint(static_cast<double>(available - wanted) * position));
}

at::Tensor channelVector(const std::array<float, 3>& values, const at::TensorOptions& options) {
  return at::tensor({values[0], values[1], values[2]}).to(options).view({1, 1, 1, 3});
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

}  // namespace

std::array<int64_t, 2> resizedSize(const std::vector<int64_t>& resize, int64_t height, int64_t width) {
  if (resize.size() == 2) return {resize[0], resize[1]};
  const int64_t side = resize[0];
  const int64_t longSide = side * std::max(height, width) / std::min(height, width);
  if (longSide > kMaxResizedSide) {
    throw Error("ERR_CLIP_SHAPE", "expected frames that are at most " + std::to_string(kMaxResizedSide) +
                                      " pixels long after the resize but received frames of " +
                                      std::to_string(height) + "×" + std::to_string(width));
  }
  return height <= width ? std::array<int64_t, 2>{side, longSide} : std::array<int64_t, 2>{longSide, side};
}

at::Tensor resizeFrames(const at::Tensor& frames, std::array<int64_t, 2> size, bool antialias, bool roundToWhole) {
  if (frames.size(2) == size[0] && frames.size(3) == size[1]) return frames;
  const at::Tensor resized = antialias ? at::_upsample_bilinear2d_aa(frames, size, /*align_corners=*/false)
                                       : at::upsample_bilinear2d(frames, size, /*align_corners=*/false);
  return roundToWhole ? resized.round() : resized;
}

void preprocessClip(const Clip& clip, const CropPosition& position, const InputSpec& input, const at::Tensor& batch,
                    int64_t index) {
  const std::vector<int64_t> picked = pickFrames(clip.frames, input.frames);
  const CropPlan crop = cropOf(clip, position, input);
  const at::Tensor slot = batch.select(0, index).permute({1, 2, 3, 0});
  // Between sizes of a small ratio many values lie at exactly a half, and rounding noise decides. Without antialias
  // torchvision's noise is LibTorch's own: it is left to decide.
  const bool isResized = crop.resizedHeight != clip.height || crop.resizedWidth != clip.width;
  const bool inOnePass = input.antialias || !isResized;
  if (inOnePass && !clip.isFloat && slot.device().is_cpu() && slot.scalar_type() == at::kFloat && slot.is_contiguous()) {
    preprocessBytes(clip, picked, crop, input, slot.data_ptr<float>());
    return;
  }
  const at::Tensor all = framesOf(clip);
  const at::Tensor frames =
      (clip.frames == input.frames ? all : all.index_select(0, at::tensor(picked, at::kLong))).to(batch.device());
  if (clip.isFloat && !at::isfinite(frames).all().item<bool>()) {
    throw Error("ERR_CLIP_DATA", "expected finite values in the clip but it holds NaN or infinity");
  }
  const at::Tensor resized =
      resizeFrames(frames.to(at::kFloat), {crop.resizedHeight, crop.resizedWidth}, input.antialias, !clip.isFloat);
  const at::Tensor cropped =
      resized.narrow(2, crop.top, input.height).narrow(3, crop.left, input.width).permute({0, 2, 3, 1});
  const Normalisation normal = normalisationOf(input, clip.isFloat ? 1.0 : 255.0);
  const at::TensorOptions options = at::TensorOptions().dtype(at::kFloat).device(batch.device());
  slot.copy_(at::addcmul(channelVector(normal.shift, options), cropped, channelVector(normal.scale, options)));
}

Clip resizeClip(const Clip& clip, const std::vector<int64_t>& resize, bool antialias) {
  const std::array<int64_t, 2> size = resizedSize(resize, clip.height, clip.width);
  const at::Tensor frames =
      resizeFrames(framesOf(clip).to(at::kFloat), size, antialias, /*roundToWhole=*/true)
          .clamp(0, 255)
          .to(at::kByte)
          .permute({0, 2, 3, 1})
          .contiguous();
  Clip out;
  out.frames = clip.frames;
  out.height = size[0];
  out.width = size[1];
  const auto* data = frames.data_ptr<uint8_t>();
  out.bytes.assign(data, data + frames.numel());
  return out;
}

}  // namespace kinetorch
