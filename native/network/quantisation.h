#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "native/kernels/quantisation.h"

namespace kinetorch::network {

// Of the numbers that a tensor may hold; 0 is among them.
struct ValueRange {
  double min = 0;
  double max = 0;
};

inline constexpr int64_t kMostStored = 255;

// The 256 numbers over a range that bytes stand for.
kernels::Quantisation gridOf(const ValueRange& range);

// How a convolution of the frozen graph is to run: in int8, with the ranges of what it reads, or in float32.
struct LayerQuantisation {
  bool isInt8 = false;
  ValueRange input;
  std::optional<ValueRange> residual;  // where it adds one
};

// One for each convolution that suits int8 (suitable_convolution.h), in their order; empty: all in float32.
using NetworkQuantisation = std::vector<LayerQuantisation>;

// Throws ERR_MODEL_METADATA for ranges that no float32 step can count.
void checkRanges(const NetworkQuantisation& quantisation);

}  // namespace kinetorch::network
