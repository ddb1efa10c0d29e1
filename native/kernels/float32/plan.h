#pragma once

#include <cstddef>
#include <vector>

#include "native/kernels/conv.h"

namespace kinetorch::kernels::float32 {

// As those of conv.h, for weights of float32.
ConvPlan defaultPlan(const PackedConv& conv, const ClipSize& input, int threads);
std::vector<ConvPlan> candidatePlans(const PackedConv& conv, const ClipSize& input, int threads);
size_t workspaceBytes(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, int threads);

}  // namespace kinetorch::kernels::float32
