#pragma once

#include <cstddef>
#include <vector>

#include "native/kernels/conv.h"

namespace kinetorch::kernels::int8 {

// As those of conv.h, for weights of int8.
ConvPlan defaultPlan(const PackedConv& conv, const ClipSize& input, int threads);
std::vector<ConvPlan> candidatePlans(const PackedConv& conv, const ClipSize& input, int threads);
size_t workspaceBytes(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, int threads);

}  // namespace kinetorch::kernels::int8
