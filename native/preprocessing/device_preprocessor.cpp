#include "native/preprocessing/device_preprocessor.h"

#include <ATen/ATen.h>

#include <numeric>

#include "native/runtime/cuda_library.h"

namespace kinetorch::preprocessing {
namespace {

at::Tensor channelVector(const std::array<float, 3>& values, at::Device device) {
  return at::tensor({values[0], values[1], values[2]}).to(device);
}

bool isEveryFrame(const std::vector<int64_t>& picked, int64_t available) {
  std::vector<int64_t> all(static_cast<size_t>(available));
  std::iota(all.begin(), all.end(), 0);
  return picked == all;
}

// float T×3×H×W -> T×3×h×w.
at::Tensor resizeFrames(const at::Tensor& frames, std::array<int64_t, 2> size, bool antialias) {
  if (frames.size(2) == size[0] && frames.size(3) == size[1]) return frames;
  return antialias ? at::_upsample_bilinear2d_aa(frames, size, /*align_corners=*/false)
                   : at::upsample_bilinear2d(frames, size, /*align_corners=*/false);
}

CudaCrop toCudaCrop(const CropPlan& plan, const InputSpec& input, const Normalisation& normal) {
  CudaCrop crop;
  crop.boxTop = plan.box.top;
  crop.boxLeft = plan.box.left;
  crop.boxHeight = plan.box.height;
  crop.boxWidth = plan.box.width;
  crop.resizedHeight = plan.resizedHeight;
  crop.resizedWidth = plan.resizedWidth;
  crop.top = plan.top;
  crop.left = plan.left;
  crop.flip = plan.flip;
  crop.antialias = input.antialias;
  crop.scale = normal.scale;
  crop.shift = normal.shift;
  return crop;
}

}  // namespace

DevicePreprocessor::Normal::Normal(const Normalisation& values, c10::Device device)
    : scale(channelVector(values.scale, device)), shift(channelVector(values.shift, device)) {}

DevicePreprocessor::DevicePreprocessor(const InputSpec& input, c10::Device device)
    : input_(input), ofBytes_(normalisationOf(input, 255.0), device), ofFloats_(normalisationOf(input, 1.0), device) {}

void DevicePreprocessor::run(const at::Tensor& frames, const std::vector<int64_t>& picked, const CropPlan& crop,
                             const at::Tensor& slot) const {
  const bool isBytes = frames.scalar_type() == at::kByte;
  if (isBytes && slot.is_cuda() && cudaLibrary() != nullptr) {
    cudaLibrary()->preprocess(frames, picked, toCudaCrop(crop, input_, normalisationOf(input_, 255.0)), slot);
    return;
  }
  const at::Tensor seen = isEveryFrame(picked, frames.size(0))
                              ? frames
                              : frames.index_select(0, at::tensor(picked, at::kLong).to(frames.device()));
  const std::array<int64_t, 2> size{crop.resizedHeight, crop.resizedWidth};
  at::Tensor resized = resizeFrames(seen.to(at::kFloat).permute({0, 3, 1, 2}), size, input_.antialias);
  resized = resized.narrow(2, crop.top, input_.height).narrow(3, crop.left, input_.width);
  // torchvision resizes bytes to bytes.
  if (isBytes) resized = at::round(resized);
  const Normal& normal = isBytes ? ofBytes_ : ofFloats_;
  slot.copy_(at::addcmul(normal.shift, resized.permute({0, 2, 3, 1}), normal.scale));
}

}  // namespace kinetorch::preprocessing
