#include "native/augmentation/draw_batch_mix.h"

#include <algorithm>
#include <cmath>

namespace kinetorch::augmentation {
namespace {

// torchvision's CutMix: a box of the input's shape and 1 - lambda of its area around any pixel, cut off at the edges.
preprocessing::Box cutBox(double lambda, const preprocessing::InputSpec& input, RandomState& random) {
  const int64_t centreX = random.below(input.width);
  const int64_t centreY = random.below(input.height);
  const double half = 0.5 * std::sqrt(1 - lambda);
  const auto halfWidth = static_cast<int64_t>(half * static_cast<double>(input.width));
  const auto halfHeight = static_cast<int64_t>(half * static_cast<double>(input.height));
  const int64_t left = std::max<int64_t>(0, centreX - halfWidth);
  const int64_t top = std::max<int64_t>(0, centreY - halfHeight);
  return {top, left, std::min(input.height, centreY + halfHeight) - top,
          std::min(input.width, centreX + halfWidth) - left};
}

}  // namespace

std::optional<BatchMix> drawBatchMix(const AugmentOptions& options, const preprocessing::InputSpec& input,
                                     RandomState& random) {
  const bool either = options.mixup > 0 && options.cutmix > 0;
  const bool cut = either ? random.uniform() < 0.5 : options.cutmix > 0;
  if (!cut && options.mixup <= 0) return std::nullopt;
  BatchMix mix;
  mix.own = random.beta(cut ? options.cutmix : options.mixup);
  if (cut) {
    mix.box = cutBox(mix.own, input, random);
    const auto pixels = static_cast<double>(input.height * input.width);
    mix.own = 1 - static_cast<double>(mix.box->height * mix.box->width) / pixels;
  }
  return mix;
}

}  // namespace kinetorch::augmentation
