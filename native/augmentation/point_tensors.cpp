#include "native/augmentation/point_tensors.h"

#include <ATen/ATen.h>

#include <cmath>

#include "native/augmentation/clip_values.h"

namespace kinetorch::augmentation {
namespace {

constexpr int64_t kTensorLevels = 256;

using Amounts = std::vector<double>;

// `map` of each amount as float32, for tensors of as many dimensions as `like`.
template <typename Map>
at::Tensor valuesOf(const Amounts& amounts, const at::Tensor& like, Map map) {
  std::vector<float> values;
  for (const double amount : amounts) values.push_back(static_cast<float>(map(amount)));
  return clipValues(values, like.dim(), like.device());
}

at::Tensor factorsOf(const Amounts& amounts, const at::Tensor& like) {
  return valuesOf(amounts, like, [](double amount) { return amount; });
}

at::Tensor restsOf(const Amounts& amounts, const at::Tensor& like) {
  return valuesOf(amounts, like, [](double amount) { return 1 - amount; });
}

at::Tensor truncated(const at::Tensor& values) { return values.clamp(0, 255).floor_(); }

// N×1×T×H×W of whole numbers, cut off.
at::Tensor greyOf(const at::Tensor& levels) {
  const auto part = [&](int64_t channel, double weight) { return levels.narrow(1, channel, 1) * weight; };
  return part(0, 0.2989).add_(part(1, 0.587)).add_(part(2, 0.114)).floor_();
}

at::Tensor changeContrast(const at::Tensor& levels, const Amounts& amounts) {
  const at::Tensor mean = greyOf(levels).mean({1, 2, 3, 4}, /*keepdim=*/true, at::kDouble).to(at::kFloat);
  return truncated((levels * factorsOf(amounts, levels)).add_(restsOf(amounts, levels) * mean));
}

at::Tensor saturate(const at::Tensor& levels, const Amounts& amounts) {
  return truncated((levels * factorsOf(amounts, levels)).add_(restsOf(amounts, levels) * greyOf(levels)));
}

// point_operations.cpp's shiftHue; its numbers of 12 fractional bits are below 2^24 and so exact in floats.
at::Tensor shiftHue(const at::Tensor& levels, const Amounts& amounts) {
  constexpr double kOne = 4096;
  const at::Tensor red = levels.select(1, 0);
  const at::Tensor green = levels.select(1, 1);
  const at::Tensor blue = levels.select(1, 2);
  const at::Tensor shift = valuesOf(amounts, red, [](double turns) { return std::nearbyint(6 * turns * kOne); });
  const at::Tensor high = at::maximum(red, at::maximum(green, blue));
  const at::Tensor lowLevel = at::minimum(red, at::minimum(green, blue));
  const at::Tensor low = lowLevel * kOne;
  const at::Tensor chroma = (high - lowLevel).mul_(kOne);
  const at::Tensor fromGreen = (blue - red).mul_(kOne).add_(chroma * 2);
  const at::Tensor fromBlue = (red - green).mul_(kOne).add_(chroma * 4);
  const at::Tensor notRed = at::where(high.eq(green), fromGreen, fromBlue);
  at::Tensor place = at::where(high.eq(red), (green - blue).mul_(kOne), notRed).add_((high - lowLevel).mul_(shift));
  const at::Tensor circle = chroma * 6;
  place = at::where(place.lt(0), place + circle, place);
  place = at::where(place.ge(circle), place - circle, place);
  const auto channel = [&](const at::Tensor& part) {
    const at::Tensor value = at::minimum(part.clamp_min(0), chroma).add_(low);
    return value.add((value / 256).floor_()).div_(kOne).floor_();
  };
  return at::stack(
      {channel((place - chroma * 3).abs_().sub_(chroma)), channel(chroma * 2 - (place - chroma * 2).abs_()),
       channel(chroma * 2 - (place - chroma * 4).abs_())},
      1);
}

at::Tensor posterize(const at::Tensor& levels, const Amounts& amounts) {
  const at::Tensor step =
      valuesOf(amounts, levels, [](double bits) { return std::ldexp(1.0, 8 - static_cast<int>(bits)); });
  return (levels / step).floor_().mul_(step);
}

at::Tensor solarize(const at::Tensor& levels, const Amounts& amounts) {
  const at::Tensor least = valuesOf(amounts, levels, [](double threshold) { return std::ceil(threshold); });
  return at::where(levels.ge(least), 255 - levels, levels);
}

at::Tensor autoContrast(const at::Tensor& levels) {
  const at::Tensor low = levels.amin({2, 3, 4}, /*keepdim=*/true);
  const at::Tensor range = levels.amax({2, 3, 4}, /*keepdim=*/true) - low;
  const at::Tensor scale = at::full_like(range, 255) / range;
  return at::where(range.eq(0), levels, truncated((levels - low).mul_(scale)));
}

// Every number a whole one; sums of pixels are int64.
at::Tensor equalize(const at::Tensor& levels) {
  const at::Tensor index = levels.flatten(2).flatten(0, 1).to(at::kLong);  // N·3 × pixels
  at::Tensor counts = at::zeros({index.size(0), kTensorLevels}, index.options());
  counts.scatter_add_(1, index, at::ones({1, 1}, index.options()).expand_as(index));
  const at::Tensor last = counts.gather(1, index.amax({1}, /*keepdim=*/true));
  const at::Tensor step = (index.size(1) - last).div_(255, "floor");
  const at::Tensor below = counts.cumsum(1) - counts;
  const at::Tensor spread = below.add_(step.div(2, "floor")).div(step.clamp_min(1), "floor").clamp_max_(255);
  spread.select(1, 0).fill_(0);
  const at::Tensor same = at::arange(kTensorLevels, index.options()).expand_as(spread);
  const at::Tensor table = at::where(step.eq(0), same, spread);
  return table.gather(1, index).to(at::kFloat).view_as(levels);
}

}  // namespace

at::Tensor applyPointOperation(OperationKind kind, bool byFrame, const Amounts& amounts, const at::Tensor& levels) {
  const bool isLookedOver =
      kind == OperationKind::kContrast || kind == OperationKind::kAutoContrast || kind == OperationKind::kEqualize;
  if (byFrame && isLookedOver) {
    // Each frame as a clip of its own.
    const int64_t frames = levels.size(2);
    Amounts ofFrames;
    for (const double amount : amounts) ofFrames.insert(ofFrames.end(), static_cast<size_t>(frames), amount);
    const at::Tensor apart = levels.transpose(1, 2).flatten(0, 1).unsqueeze(2);
    const at::Tensor changed = applyPointOperation(kind, false, ofFrames, apart);
    return changed.squeeze(2).unflatten(0, {levels.size(0), frames}).transpose(1, 2).contiguous();
  }
  switch (kind) {
    case OperationKind::kBrightness:
      return truncated(levels * factorsOf(amounts, levels));
    case OperationKind::kContrast:
      return changeContrast(levels, amounts);
    case OperationKind::kSaturation:
      return saturate(levels, amounts);
    case OperationKind::kHue:
      return shiftHue(levels, amounts);
    case OperationKind::kPosterize:
      return posterize(levels, amounts);
    case OperationKind::kSolarize:
      return solarize(levels, amounts);
    case OperationKind::kAutoContrast:
      return autoContrast(levels);
    case OperationKind::kEqualize:
      return equalize(levels);
    default:
      return levels;
  }
}

}  // namespace kinetorch::augmentation
