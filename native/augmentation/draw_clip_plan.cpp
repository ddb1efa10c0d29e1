#include "native/augmentation/draw_clip_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

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

// One of torchvision's RandAugment operations; none for the identity.
std::optional<Operation> drawRandAugment(double magnitude, const preprocessing::InputSpec& input, RandomState& random) {
  const double share = magnitude / 30;
  // The order of torchvision's table.
  const int64_t choice = random.below(14);
  const auto signedAmount = [&](double largest) { return (random.below(2) == 1 ? -1 : 1) * largest * share; };
  const auto factor = [&] { return 1 + signedAmount(0.9); };
  const auto pixels = [&](int64_t size) { return std::trunc(signedAmount(150.0 / 331 * static_cast<double>(size))); };
  switch (choice) {
    case 0:
      return std::nullopt;
    case 1:
      return Operation{OperationKind::kShearX, signedAmount(0.3)};
    case 2:
      return Operation{OperationKind::kShearY, signedAmount(0.3)};
    case 3:
      return Operation{OperationKind::kTranslateX, pixels(input.width)};
    case 4:
      return Operation{OperationKind::kTranslateY, pixels(input.height)};
    case 5:
      return Operation{OperationKind::kRotate, signedAmount(30)};
    case 6:
      return Operation{OperationKind::kBrightness, factor()};
    case 7:
      return Operation{OperationKind::kSaturation, factor()};
    case 8:
      return Operation{OperationKind::kContrast, factor()};
    case 9:
      return Operation{OperationKind::kSharpness, factor()};
    case 10:
      return Operation{OperationKind::kPosterize, 8 - std::nearbyint(4 * share)};
    case 11:
      return Operation{OperationKind::kSolarize, 255 - 255 * share};
    case 12:
      return Operation{OperationKind::kAutoContrast};
    default:
      return Operation{OperationKind::kEqualize};
  }
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
    return Erasure{{top, left, height, width}, random.next()};
  }
  return std::nullopt;
}

}  // namespace

ClipPlan drawClipPlan(const preprocessing::ClipBatch& clips, const AugmentOptions& options, std::optional<double> flip,
                      const preprocessing::InputSpec& input, RandomState& random) {
  ClipPlan plan;
  plan.crop = drawCrop(clips, options, input, random);
  if (flip) plan.crop.flip = random.uniform() < *flip;
  for (int64_t count = 0; count < options.randAugmentOperations; ++count) {
    if (const auto operation = drawRandAugment(options.randAugmentMagnitude, input, random)) {
      plan.operations.push_back(*operation);
    }
  }
  drawColorJitter(options, random, plan.operations);
  plan.erasure = drawErasure(options, input, random);
  return plan;
}

}  // namespace kinetorch::augmentation
