#include "native/network/quantisation.h"

#include <algorithm>
#include <cmath>

#include "native/runtime/error.h"

namespace kinetorch::network {
namespace {

constexpr double kLargest = 1e30;
constexpr double kLeastWidth = 1e-30;

void check(const ValueRange& range) {
  const double width = range.max - range.min;
  // Written so that what is not a number is refused too.
  const bool isRange = range.min >= -kLargest && range.min <= 0 && range.max >= 0 && range.max <= kLargest;
  if (isRange && (width == 0 || width >= kLeastWidth)) return;
  throw Error("ERR_MODEL_METADATA", "expected ranges of numbers from -1e30 to 1e30 with 0 among them but received " +
                                        std::to_string(range.min) + " to " + std::to_string(range.max));
}

}  // namespace

kernels::Quantisation gridOf(const ValueRange& range) {
  kernels::Quantisation grid;
  if (range.max > range.min) grid.step = static_cast<float>((range.max - range.min) / static_cast<double>(kMostStored));
  const double zero = std::nearbyint(-range.min / static_cast<double>(grid.step));
  grid.zero = static_cast<int32_t>(std::clamp(zero, 0.0, static_cast<double>(kMostStored)));
  return grid;
}

void checkRanges(const NetworkQuantisation& quantisation) {
  for (const LayerQuantisation& layer : quantisation) {
    check(layer.input);
    if (layer.residual) check(*layer.residual);
  }
}

}  // namespace kinetorch::network
