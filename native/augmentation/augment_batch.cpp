#include "native/augmentation/augment_batch.h"

#include <ATen/Functions.h>

#include <cstring>
#include <optional>
#include <vector>

#include "native/augmentation/apply_operations.h"
#include "native/augmentation/augment_tensors.h"
#include "native/augmentation/erasure_noise.h"
#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/crop_clip.h"
#include "native/preprocessing/normalisation.h"
#include "native/preprocessing/upload_clips.h"
#include "native/runtime/device_copy.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::augmentation {
namespace {

// The same noise in every frame.
void erase(const Erasure& erasure, uint8_t* clip, const preprocessing::InputSpec& input) {
  const auto& [top, left, height, width] = erasure.box;
  const int64_t rowBytes = width * preprocessing::kChannels;
  const std::vector<uint8_t> noise = noiseOf(erasure);
  for (int64_t frame = 0; frame < input.frames; ++frame) {
    for (int64_t y = 0; y < height; ++y) {
      uint8_t* row = clip + (((frame * input.height) + top + y) * input.width + left) * preprocessing::kChannels;
      std::memcpy(row, noise.data() + y * rowBytes, static_cast<size_t>(rowBytes));
    }
  }
}

// uint8 N×T×H×W×3 of the input's size, by each clip's plan.
at::Tensor applyPlans(const preprocessing::ClipBatch& clips, const std::vector<ClipPlan>& plans,
                      const preprocessing::InputSpec& input) {
  at::Tensor applied =
      at::empty({clips.batch, clips.frames, input.height, input.width, preprocessing::kChannels}, at::kByte);
  uint8_t* out = applied.mutable_data_ptr<uint8_t>();
  const int64_t pixels = clips.frames * input.height * input.width;
  parallelFor(clips.batch, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const ClipPlan& plan = plans[static_cast<size_t>(index)];
      uint8_t* clip = out + index * pixels * preprocessing::kChannels;
      preprocessing::cropClip(clips, index, plan.crop, input, clip);
      applyOperations(plan, input, clip);
      if (plan.erasure) erase(*plan.erasure, clip, input);
    }
  });
  return applied;
}

// Mixes and normalises uint8 N×T×H×W×3: float32 N×3×T×H×W, channels_last_3d.
at::Tensor normalise(const at::Tensor& clips, const std::optional<BatchMix>& mix,
                     const preprocessing::InputSpec& input) {
  const preprocessing::RowScale scale(input);
  const auto rowBytes = static_cast<int64_t>(scale.scale.size());
  const int64_t clipRows = clips.size(1) * input.height;
  const uint8_t* bytes = clips.const_data_ptr<uint8_t>();
  at::Tensor out = at::empty(clips.sizes(), at::kFloat);
  float* values = out.mutable_data_ptr<float>();
  const int64_t rows = clips.size(0) * clipRows;
  parallelFor(rows, [&](int64_t begin, int64_t end) {
    std::vector<uint8_t> pasted(static_cast<size_t>(rowBytes));
    for (int64_t row = begin; row < end; ++row) {
      const uint8_t* own = bytes + row * rowBytes;
      float* to = values + row * rowBytes;
      if (!mix) {
        scale.apply(own, to);
        continue;
      }
      const uint8_t* other = bytes + (row < clipRows ? row + rows - clipRows : row - clipRows) * rowBytes;
      if (!mix->box) {
        scale.applyBlend(own, other, static_cast<float>(mix->own), to);
        continue;
      }
      const auto& [top, left, height, width] = *mix->box;
      const int64_t y = row % input.height;
      if (y < top || y >= top + height) {
        scale.apply(own, to);
        continue;
      }
      std::memcpy(pasted.data(), own, pasted.size());
      std::memcpy(pasted.data() + left * preprocessing::kChannels, other + left * preprocessing::kChannels,
                  static_cast<size_t>(width * preprocessing::kChannels));
      scale.apply(pasted.data(), to);
    }
  });
  return out.permute({0, 4, 1, 2, 3});
}

}  // namespace

// Kernels of our own on a CPU; elsewhere LibTorch's operators on the bytes, which are a quarter of the floats to copy.
PreparedBatch augmentBatch(const preprocessing::ClipBatch& clips, const at::Tensor& targets,
                           const Augmentation& augmentation, const preprocessing::InputSpec& input, at::Device device) {
  const auto& [plans, mix] = augmentation;
  const at::Tensor mixed = mix ? mixTargets(targets, *mix) : targets;
  if (device.is_cpu()) return {normalise(applyPlans(clips, plans, input), mix, input), mixed};
  return {augmentTensors(preprocessing::uploadClips(clips, device), plans, mix, input), toDevice(mixed, device)};
}

}  // namespace kinetorch::augmentation
