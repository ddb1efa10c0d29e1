#include "native/network/operators/convolution_context.h"

namespace kinetorch::network {

bool ConvolutionContext::allows(kernels::ConvAlgorithm algorithm) const {
  const bool isWinograd =
      algorithm == kernels::ConvAlgorithm::kWinograd2 || algorithm == kernels::ConvAlgorithm::kWinograd4;
  return level_ == Optimization::kFast || (level_ == Optimization::kExact && !isWinograd);
}

bool ConvolutionContext::reserveWeights(int64_t bytes, bool areNeeded) {
  if (!areNeeded && weightBytes_ + bytes > maxWeightBytes_) return false;
  weightBytes_ += bytes;
  return true;
}

}  // namespace kinetorch::network
