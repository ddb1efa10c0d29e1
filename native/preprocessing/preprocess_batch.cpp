#include "native/preprocessing/preprocess_batch.h"

#include <ATen/ATen.h>

#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/crop_plan.h"
#include "native/preprocessing/normalisation.h"
#include "native/preprocessing/plain_crop.h"
#include "native/preprocessing/upload_clips.h"
#include "native/runtime/device_copy.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::preprocessing {
namespace {

CropPlan centreCrop(int64_t height, int64_t width, const InputSpec& input) {
  CropPlan crop;
  crop.box = {0, 0, height, width};
  crop.resizedHeight = height;
  crop.resizedWidth = width;
  crop.top = cropOffset(height, input.height, 0.5);
  crop.left = cropOffset(width, input.width, 0.5);
  return crop;
}

at::Tensor preprocessOnCpu(const ClipBatch& clips, const InputSpec& input) {
  const CropPlan centre = centreCrop(clips.height, clips.width, input);
  const PlainCrop crop(centre, input);
  const RowScale normal(input);
  const int64_t stride = clips.width * kChannels;
  const int64_t frameValues = input.height * input.width * kChannels;
  at::Tensor batch = at::empty({clips.batch, clips.frames, input.height, input.width, kChannels}, at::kFloat);
  float* out = batch.mutable_data_ptr<float>();
  parallelFor(clips.batch * clips.frames, [&](int64_t begin, int64_t end) {
    for (int64_t frame = begin; frame < end; ++frame) {
      crop.resizeAndNormalise(clips.data + frame * clips.height * stride, stride, normal, out + frame * frameValues);
    }
  });
  return batch.permute({0, 4, 1, 2, 3});
}

}  // namespace

at::Tensor preprocessBatch(const ClipBatch& clips, const InputSpec& input, c10::Device device) {
  return device.is_cpu() ? preprocessOnCpu(clips, input) : preprocessTensors(uploadClips(clips, device), input);
}

at::Tensor preprocessTensors(const at::Tensor& clips, const InputSpec& input) {
  const CropPlan centre = centreCrop(clips.size(2), clips.size(3), input);
  const Normalisation normal = normalisationOf(input, 255.0);
  const auto channels = [&](const std::array<float, 3>& values) {
    return toDevice(at::tensor({values[0], values[1], values[2]}), clips.device());
  };
  const at::Tensor cropped = clips.narrow(2, centre.top, input.height).narrow(3, centre.left, input.width);
  at::Tensor batch = cropped.to(at::kFloat, /*non_blocking=*/false, /*copy=*/false, at::MemoryFormat::Contiguous);
  return batch.mul_(channels(normal.scale)).add_(channels(normal.shift)).permute({0, 4, 1, 2, 3});
}

}  // namespace kinetorch::preprocessing
