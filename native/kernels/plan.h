#pragma once

#include <cstdint>
#include <vector>

#include "native/kernels/conv.h"
#include "native/kernels/simd_shape.h"

// What the plans of all kinds of elements have in common.
namespace kinetorch::kernels {

// The product that an algorithm makes of a layer.
struct PlannedProduct {
  int64_t rows;
  int64_t rowBytes;  // that should stay in the core's cache: a row, transformed if it is, and its sums
};

// Output channels that a product's rowBytes are asked for.
int64_t plannedChannels(const ConvLayer& layer, const SimdShape& simd);

ConvPlan productPlan(const PackedConv& conv, const SimdShape& simd, const PlannedProduct& product, int threads);

// As candidatePlans() of conv.h; `byDefault` comes first.
std::vector<ConvPlan> productPlans(const PackedConv& conv, const SimdShape& simd, int64_t rows,
                                   const ConvPlan& byDefault);

// Depthwise, where an input channel takes so many bytes.
ConvPlan depthwisePlan(const PackedConv& conv, const ClipSize& input, int threads, int64_t channelBytes);
std::vector<ConvPlan> depthwisePlans(const PackedConv& conv, const ConvPlan& byDefault);

}  // namespace kinetorch::kernels
