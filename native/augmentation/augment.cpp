#include "native/augmentation/augment.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>

#include "native/augmentation/augment_tensors.h"
#include "native/augmentation/clip_plan.h"
#include "native/augmentation/frame_operations.h"
#include "native/augmentation/point_operations.h"
#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/crop_clip.h"
#include "native/preprocessing/normalisation.h"
#include "native/runtime/device_copy.h"
#include "native/runtime/error.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::augmentation {
namespace {

// The least of the probabilities of the clip's classes.
double flipProbability(const std::vector<double>& flip, const float* targets) {
  double least = 1;
  for (size_t label = 0; label < flip.size(); ++label) {
    if (targets[label] > 0) least = std::min(least, flip[label]);
  }
  return least;
}

std::vector<ClipPlan> drawPlans(const preprocessing::ClipBatch& clips, const at::Tensor& targets,
                                const AugmentOptions& options, const preprocessing::InputSpec& input,
                                RandomState& random) {
  const auto classes = static_cast<size_t>(targets.size(1));
  if (!options.flip.empty() && options.flip.size() != classes) {
    throw Error("ERR_INVALID_ARGUMENT", "expected a flip probability for each of " + std::to_string(classes) +
                                            " classes but received " + std::to_string(options.flip.size()));
  }
  const at::Tensor rows = targets.contiguous();
  const float* row = rows.const_data_ptr<float>();
  std::vector<ClipPlan> plans;
  for (int64_t index = 0; index < clips.batch; ++index, row += classes) {
    std::optional<double> flip;
    if (!options.flip.empty()) flip = flipProbability(options.flip, row);
    plans.push_back(drawClipPlan(clips, options, flip, input, random));
  }
  return plans;
}

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
      for (const Operation& operation : plan.operations) {
        if (applyFrameOperation(operation, clip, clips.frames, input.height, input.width)) continue;
        applyPointOperation(operation, clip, pixels);
      }
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

int64_t centreOffset(int64_t size, int64_t crop) {
  // nearbyint rounds half to even, as Python's round() does.
  return static_cast<int64_t>(std::nearbyint(static_cast<double>(size - crop) / 2.0));
}

at::Tensor uploadClips(const preprocessing::ClipBatch& clips, at::Device device) {
  const at::Tensor staged = stagingTensor(
      {clips.batch, clips.frames, clips.height, clips.width, preprocessing::kChannels}, at::kByte, device);
  std::memcpy(staged.mutable_data_ptr<uint8_t>(), clips.data, static_cast<size_t>(staged.numel()));
  return toDevice(staged, device);
}

// Kernels of our own on a CPU; elsewhere LibTorch's operators on the bytes, which are a quarter of the floats to copy.
at::Tensor apply(const preprocessing::ClipBatch& clips, const Augmentation& augmentation,
                 const preprocessing::InputSpec& input, at::Device device) {
  const auto& [plans, mix] = augmentation;
  if (device.is_cpu()) return normalise(applyPlans(clips, plans, input), mix, input);
  return augmentTensors(uploadClips(clips, device), plans, mix, input);
}

}  // namespace

Augmentation drawAugmentation(const preprocessing::ClipBatch& clips, const at::Tensor& targets,
                              const AugmentOptions& options, const preprocessing::InputSpec& input,
                              RandomState& random) {
  Augmentation augmentation;
  augmentation.plans = drawPlans(clips, targets, options, input, random);
  augmentation.mix = drawBatchMix(options, input, random);
  return augmentation;
}

AugmentedBatch augmentBatch(const preprocessing::ClipBatch& clips, const at::Tensor& targets,
                            const Augmentation& augmentation, const preprocessing::InputSpec& input,
                            at::Device device) {
  const at::Tensor mixed = augmentation.mix ? mixTargets(targets, *augmentation.mix) : targets;
  return {apply(clips, augmentation, input, device), toDevice(mixed, device)};
}

at::Tensor prepareBatch(const preprocessing::ClipBatch& clips, const preprocessing::InputSpec& input,
                        at::Device device) {
  ClipPlan centre;
  centre.crop.box = {0, 0, clips.height, clips.width};
  centre.crop.resizedHeight = clips.height;
  centre.crop.resizedWidth = clips.width;
  centre.crop.top = centreOffset(clips.height, input.height);
  centre.crop.left = centreOffset(clips.width, input.width);
  const std::vector<ClipPlan> plans(static_cast<size_t>(clips.batch), centre);
  return apply(clips, {plans, std::nullopt}, input, device);
}

}  // namespace kinetorch::augmentation
