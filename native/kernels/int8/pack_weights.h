#pragma once

#include "native/kernels/aligned_buffer.h"
#include "native/kernels/conv.h"
#include "native/kernels/int8/simd_shape.h"

namespace kinetorch::kernels::int8 {

// Output channels with those that fill up four bytes of the output and the last panel: their weights are zero.
int64_t packedChannels(const ConvLayer& layer, const SimdShape& simd);

// Puts PyTorch's weights in the order in which the algorithm reads them.
AlignedBuffer<std::byte> packWeights(const ConvLayer& layer, ConvAlgorithm algorithm, const SimdShape& simd,
                                     const int8_t* weights, ParallelFor& parallel);

// For each packed channel, what an input's zero point adds to its products, taken away: -zero × Σ weights.
AlignedBuffer<int32_t> sumStarts(const ConvLayer& layer, const SimdShape& simd, const int8_t* weights, int32_t zero);

}  // namespace kinetorch::kernels::int8
