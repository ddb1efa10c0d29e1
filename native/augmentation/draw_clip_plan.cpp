#include "native/augmentation/draw_clip_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "native/augmentation/draw_auto_augment.h"

namespace kinetorch::augmentation {
namespace {

constexpr int kTries = 10;  // torchvision's, for boxes that must fit
constexpr Range kEraseAspect{0.3, 3.3};

int64_t rounded(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

double logUniform(RandomState& random, Range range) {
  return std::exp(random.uniform(std::log(range.min), std::log(range.max)));
}

preprocessing::CropPlan wholeFrame(const preprocessing::ClipBatch& clips) {
  return {{0, 0, clips.height, clips.width}, clips.height, clips.width, 0, 0, false};
}

void placeWindow(preprocessing::CropPlan& crop, const preprocessing::InputSpec& input, RandomState& random) {
  crop.top = random.below(crop.resizedHeight - input.height + 1);
  crop.left = random.below(crop.resizedWidth - input.width + 1);
}

void resizeShortSide(preprocessing::CropPlan& crop, Range sides, const preprocessing::InputSpec& input,
                     RandomState& random) {
  const int64_t height = crop.box.height;
  const int64_t width = crop.box.width;
  const int64_t smallest = rounded(sides.min);
  int64_t side = smallest + random.below(rounded(sides.max) - smallest + 1);
  const auto resize = [&] {
    const int64_t longSide = side * std::max(height, width) / std::min(height, width);
    crop.resizedHeight = height <= width ? side : longSide;
    crop.resizedWidth = height <= width ? longSide : side;
  };
  resize();
  for (; crop.resizedHeight < input.height || crop.resizedWidth < input.width; resize()) ++side;
}

// torchvision's RandomResizedCrop, with aspects relative to the input's.
preprocessing::Box resizedCropBox(const preprocessing::ClipBatch& clips, const AugmentOptions& options,
                                  const preprocessing::InputSpec& input, RandomState& random) {
  const double inputAspect = static_cast<double>(input.width) / static_cast<double>(input.height);
  const double frameArea = static_cast<double>(clips.height * clips.width);
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double area = frameArea * random.uniform(options.cropArea->min, options.cropArea->max);
    const double aspect = inputAspect * logUniform(random, options.cropAspect);
    const int64_t width = rounded(std::sqrt(area * aspect));
    const int64_t height = rounded(std::sqrt(area / aspect));
    if (width < 1 || width > clips.width || height < 1 || height > clips.height) continue;
    const int64_t top = random.below(clips.height - height + 1);
    const int64_t left = random.below(clips.width - width + 1);
    return {top, left, height, width};
  }
  // The largest box at the centre whose aspect is within the range.
  const double frameAspect = static_cast<double>(clips.width) / static_cast<double>(clips.height);
  const double narrowest = inputAspect * options.cropAspect.min;
  const double widest = inputAspect * options.cropAspect.max;
  preprocessing::Box box{0, 0, clips.height, clips.width};
  if (frameAspect < narrowest) box.height = std::max<int64_t>(1, rounded(static_cast<double>(box.width) / narrowest));
  if (frameAspect > widest) box.width = std::max<int64_t>(1, rounded(static_cast<double>(box.height) * widest));
  box.top = (clips.height - box.height) / 2;
  box.left = (clips.width - box.width) / 2;
  return box;
}

preprocessing::CropPlan drawCrop(const preprocessing::ClipBatch& clips, const AugmentOptions& options,
                                 const preprocessing::InputSpec& input, RandomState& random) {
  preprocessing::CropPlan crop = wholeFrame(clips);
  if (options.cropArea) {
    crop.box = resizedCropBox(clips, options, input, random);
    crop.resizedHeight = input.height;
    crop.resizedWidth = input.width;
    return crop;
  }
  if (options.shortSide) resizeShortSide(crop, *options.shortSide, input, random);
  placeWindow(crop, input, random);
  return crop;
}

// Brightness, contrast, saturation and hue, those that are on, in random order.
void drawColorJitter(const AugmentOptions& options, RandomState& random, std::vector<Operation>& operations) {
  const std::array<std::pair<OperationKind, double>, 4> jitters{{{OperationKind::kBrightness, options.brightness},
                                                                 {OperationKind::kContrast, options.contrast},
                                                                 {OperationKind::kSaturation, options.saturation},
                                                                 {OperationKind::kHue, options.hue}}};
  std::vector<std::pair<OperationKind, double>> chosen;
  for (const auto& jitter : jitters) {
    if (jitter.second > 0) chosen.push_back(jitter);
  }
  for (size_t last = chosen.size(); last > 1; --last) {
    std::swap(chosen[last - 1], chosen[static_cast<size_t>(random.below(static_cast<int64_t>(last)))]);
  }
  for (const auto& [kind, strength] : chosen) {
    const double amount = kind == OperationKind::kHue ? random.uniform(-strength, strength)
                                                      : random.uniform(std::max(0.0, 1 - strength), 1 + strength);
    operations.push_back({kind, amount});
  }
}

// What normalisation makes 0, or as close as bytes come.
std::array<uint8_t, 3> meanColour(const preprocessing::InputSpec& input) {
  std::array<uint8_t, 3> colour{};
  for (size_t channel = 0; channel < 3; ++channel) {
    colour[channel] = static_cast<uint8_t>(std::clamp(std::nearbyint(255 * input.mean[channel]), 0.0, 255.0));
  }
  return colour;
}

// torchvision's RandomErasing; none where no box fitted.
std::optional<Erasure> drawErasure(const AugmentOptions& options, const preprocessing::InputSpec& input,
                                   RandomState& random) {
  if (options.erase <= 0 || random.uniform() >= options.erase) return std::nullopt;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double share = random.uniform(options.eraseArea.min, options.eraseArea.max);
    const double area = share * static_cast<double>(input.height * input.width);
    const double aspect = logUniform(random, kEraseAspect);
    const int64_t height = rounded(std::sqrt(area * aspect));
    const int64_t width = rounded(std::sqrt(area / aspect));
    if (height >= input.height || width >= input.width) continue;
    const int64_t top = random.below(input.height - height + 1);
    const int64_t left = random.below(input.width - width + 1);
    Erasure erasure{{top, left, height, width}, random.next(), std::nullopt};
    if (options.eraseWithMean) erasure.colour = meanColour(input);
    return erasure;
  }
  return std::nullopt;
}

}  // namespace

ClipPlan drawClipPlan(const preprocessing::ClipBatch& clips, const AugmentOptions& options, std::optional<double> flip,
                      const preprocessing::InputSpec& input, RandomState& random) {
  ClipPlan plan;
  plan.crop = drawCrop(clips, options, input, random);
  if (flip) plan.crop.flip = random.uniform() < *flip;
  plan.style = options.style;
  drawAutoAugment(options, input, random, plan);
  drawColorJitter(options, random, plan.operations);
  plan.erasure = drawErasure(options, input, random);
  return plan;
}

}  // namespace kinetorch::augmentation
