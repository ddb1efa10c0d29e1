#include "native/preprocessing/preprocess.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "native/preprocessing/normalisation.h"
#include "native/preprocessing/preprocess_bytes.h"
#include "native/runtime/error.h"

namespace kinetorch {

namespace {

// A strip of 1×16384 pixels, resized by its short side, would ask for gigabytes.
constexpr int64_t kMaxResizedSide = 16384;

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

at::Tensor channelVector(const std::array<float, 3>& values, at::Device device) {
  return at::tensor({values[0], values[1], values[2]}).to(device);
}

// float T×3×H×W -> T×3×h×w.
at::Tensor resizeFrames(const at::Tensor& frames, std::array<int64_t, 2> size, bool antialias) {
  if (frames.size(2) == size[0] && frames.size(3) == size[1]) return frames;
  return antialias ? at::_upsample_bilinear2d_aa(frames, size, /*align_corners=*/false)
                   : at::upsample_bilinear2d(frames, size, /*align_corners=*/false);
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

// float T×H×W×3 of the input's size, on `device`, by LibTorch.
at::Tensor preprocessFloats(const Clip& clip, const std::vector<int64_t>& picked, const CropPlan& crop,
                            const InputSpec& input, at::Device device) {
  void* data = const_cast<uint8_t*>(clip.bytes.data());
  const at::Tensor all = at::from_blob(data, {clip.frames, clip.height, clip.width, 3}, at::kFloat);
  const at::Tensor frames = (clip.frames == input.frames ? all : all.index_select(0, at::tensor(picked, at::kLong)))
                                .to(device)
                                .permute({0, 3, 1, 2});
  if (!at::isfinite(frames).all().item<bool>()) {
    throw Error("ERR_CLIP_DATA", "expected finite values in the clip but it holds NaN or infinity");
  }
  const at::Tensor cropped = resizeFrames(frames, {crop.resizedHeight, crop.resizedWidth}, input.antialias)
                                 .narrow(2, crop.top, input.height)
                                 .narrow(3, crop.left, input.width)
                                 .permute({0, 2, 3, 1});
  const Normalisation normal = normalisationOf(input, 1.0);
  return at::addcmul(channelVector(normal.shift, device), cropped, channelVector(normal.scale, device));
}

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

void preprocessClip(const Clip& clip, const CropPosition& position, const InputSpec& input, const at::Tensor& batch,
                    int64_t index) {
  const std::vector<int64_t> picked = pickFrames(clip.frames, input.frames);
  const CropPlan crop = cropOf(clip, position, input);
  const at::Tensor slot = batch.select(0, index).permute({1, 2, 3, 0});
  if (clip.isFloat) {
    slot.copy_(preprocessFloats(clip, picked, crop, input, batch.device()));
  } else if (slot.device().is_cpu() && slot.scalar_type() == at::kFloat && slot.is_contiguous()) {
    preprocessBytes(clip, picked, crop, input, slot.data_ptr<float>());
  } else {
    const at::Tensor floats = at::empty(slot.sizes(), at::kFloat);
    preprocessBytes(clip, picked, crop, input, floats.data_ptr<float>());
    slot.copy_(floats);
  }
}

}  // namespace kinetorch
