#pragma once

#include <optional>

#include "native/network/quantisation.h"

namespace kinetorch::quantisation {

using Range = network::ValueRange;

// How to come to a range from what was seen.
enum class RangeMethod {
  kMinMax,        // all of it
  kPercentile,    // without the 0.01% at either end
  kSquaredError,  // the share of it that gives the least squared error of what is stored
};

// Of what a convolution reads.
struct LayerRanges {
  Range input;
  std::optional<Range> residual;  // where it adds one
};

}  // namespace kinetorch::quantisation
