#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "native/kernels/conv.h"
#include "native/network/operators/plan_store.h"

namespace kinetorch::network {

// Note [Choosing by measurement]
// Which algorithm and which blocks are fastest depends on layer, size and machine, and no rule that we know finds them.
// So while the context lets it, a convolution that meets a new size times its candidates on that very input, LibTorch's
// own among them, and remembers the fastest; equal layers share what one of them found. Other sizes take the algorithm
// that was best for a size that was measured, with blocks from the sizes of the caches.

// What runs a layer fastest on clips of this size, by timing `run`: the default plan for each of the algorithms, then
// LibTorch's convolution where it may be, then other blocks for the fastest algorithm, while there is time. `packed`
// gives the weights for an algorithm, or null where it must not be used; without any it is LibTorch's convolution,
// untimed. One plan is timed even after the deadline.
ConvChoice fastestChoice(const std::vector<kernels::ConvAlgorithm>& algorithms,
                         const std::function<const kernels::PackedConv*(kernels::ConvAlgorithm)>& packed,
                         const std::function<void(const ConvChoice&)>& run, bool hasLibrary,
                         const kernels::ClipSize& size, std::chrono::steady_clock::time_point deadline);

}  // namespace kinetorch::network
