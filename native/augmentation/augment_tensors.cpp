#include "native/augmentation/augment_tensors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <utility>

#include "native/augmentation/affine.h"
#include "native/augmentation/clip_values.h"
#include "native/augmentation/crop_matrices.h"
#include "native/augmentation/erasure_noise.h"
#include "native/augmentation/frame_tensors.h"
#include "native/augmentation/point_tensors.h"
#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/normalisation.h"

namespace kinetorch::augmentation {
namespace {

using Plans = std::vector<ClipPlan>;

// What comes between two changes of the pixels: float32 N×3×T×h×w of whole numbers from 0 to 255, contiguous.
at::Tensor crop(const at::Tensor& clips, const Plans& plans, const preprocessing::InputSpec& input) {
  const int64_t count = clips.size(0);
  const int64_t height = clips.size(2);
  const int64_t width = clips.size(3);
  const CropMatrices matrices = cropMatrices(plans, height, width, input, clips.device());
  // Rows outside of channels and frames: then both products are one large product for each clip.
  const at::Tensor rowsFirst =
      at::empty({count, height, preprocessing::kChannels, input.frames, width}, clips.options().dtype(at::kFloat));
  rowsFirst.copy_(clips.permute({0, 2, 4, 1, 3}));
  const at::Tensor narrow = rowsFirst.view({count, -1, width}).bmm(matrices.columns).view({count, height, -1});
  const at::Tensor cropped = matrices.rows.bmm(narrow);
  return cropped.view({count, input.height, preprocessing::kChannels, input.frames, input.width})
      .permute({0, 2, 3, 1, 4})
      .contiguous()
      .round_();
}

at::Tensor applyTogether(const std::vector<Operation>& operations, const OperationStyle& style,
                         const at::Tensor& levels) {
  const OperationKind kind = operations.front().kind;
  std::vector<double> amounts;
  std::vector<Affine> affines;
  for (const Operation& operation : operations) {
    amounts.push_back(operation.amount);
    if (const auto affine = affineOf(operation, levels.size(3), levels.size(4))) affines.push_back(*affine);
  }
  if (!affines.empty()) return warp(affines, style.nearest, levels);
  if (kind == OperationKind::kSharpness) return sharpen(amounts, levels);
  return applyPointOperation(kind, style.byFrame, amounts, levels);
}

// Each clip that has a mixture by itself: they are long, and hardly two alike.
void applyMixtures(const at::Tensor& levels, const Plans& plans) {
  for (size_t clip = 0; clip < plans.size(); ++clip) {
    if (!plans[clip].mixture) continue;
    const at::Tensor whole = levels.narrow(0, static_cast<int64_t>(clip), 1);
    at::Tensor sum = whole * static_cast<float>(plans[clip].mixture->own);
    for (const Mixture::Chain& chain : plans[clip].mixture->chains) {
      at::Tensor copy = whole.clone();
      for (const Operation& operation : chain.operations) copy = applyTogether({operation}, plans[clip].style, copy);
      sum.add_(copy * static_cast<float>(chain.weight));
    }
    whole.copy_(sum.clamp_(0, 255).floor_());
  }
}

// Each clip's operations in their order; their style is the run's. Those of one kind that stand at one place are a few
// calls for all their clips together, where a call for each clip would cost more than what it does.
at::Tensor applyOperations(at::Tensor levels, const Plans& plans) {
  size_t longest = 0;
  for (const ClipPlan& plan : plans) longest = std::max(longest, plan.operations.size());
  for (size_t place = 0; place < longest; ++place) {
    std::map<OperationKind, std::pair<std::vector<int64_t>, std::vector<Operation>>> byKind;
    for (size_t clip = 0; clip < plans.size(); ++clip) {
      if (place >= plans[clip].operations.size()) continue;
      const Operation& operation = plans[clip].operations[place];
      auto& [clips, operations] = byKind[operation.kind];
      clips.push_back(static_cast<int64_t>(clip));
      operations.push_back(operation);
    }
    for (const auto& [kind, group] : byKind) {
      const auto& [clips, operations] = group;
      if (clips.size() == plans.size()) {
        levels = applyTogether(operations, plans.front().style, levels);
        continue;
      }
      const at::Tensor index = clipValues(clips, 1, levels.device());
      levels.index_copy_(0, index, applyTogether(operations, plans.front().style, levels.index_select(0, index)));
    }
  }
  return levels;
}

void erase(const at::Tensor& levels, const Plans& plans) {
  for (size_t clip = 0; clip < plans.size(); ++clip) {
    if (!plans[clip].erasure) continue;
    const auto& [top, left, height, width] = plans[clip].erasure->box;
    const std::vector<uint8_t> bytes = noiseOf(*plans[clip].erasure);
    const at::Tensor noise = clipValues(bytes, 1, levels.device()).view({height, width, preprocessing::kChannels, 1});
    levels.select(0, static_cast<int64_t>(clip))
        .narrow(2, top, height)
        .narrow(3, left, width)
        .copy_(noise.permute({2, 3, 0, 1}).expand({preprocessing::kChannels, levels.size(2), height, width}));
  }
}

// With the clip before, the first with the last.
void mixClips(at::Tensor& levels, const BatchMix& mix) {
  const at::Tensor others = levels.roll({1}, {0});
  if (!mix.box) {
    const auto own = static_cast<float>(mix.own);
    levels.mul_(own).add_(others * (1.0F - own));
    return;
  }
  const auto& [top, left, height, width] = *mix.box;
  const auto cut = [&](const at::Tensor& clips) { return clips.narrow(3, top, height).narrow(4, left, width); };
  cut(levels).copy_(cut(others));
}

at::Tensor normalise(const at::Tensor& levels, const preprocessing::InputSpec& input) {
  const preprocessing::Normalisation normal = preprocessing::normalisationOf(input, 255.0);
  for (size_t channel = 0; channel < 3; ++channel) {
    levels.select(1, static_cast<int64_t>(channel)).mul_(normal.scale[channel]).add_(normal.shift[channel]);
  }
  return levels.contiguous(at::MemoryFormat::ChannelsLast3d);
}

}  // namespace

at::Tensor augmentTensors(const at::Tensor& clips, const Plans& plans, const std::optional<BatchMix>& mix,
                          const preprocessing::InputSpec& input) {
  at::Tensor levels = crop(clips, plans, input);
  applyMixtures(levels, plans);
  levels = applyOperations(levels, plans);
  erase(levels, plans);
  if (mix) mixClips(levels, *mix);
  return normalise(levels, input);
}

}  // namespace kinetorch::augmentation
