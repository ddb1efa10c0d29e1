#pragma once

#include "native/kernels/aligned_buffer.h"
#include "native/kernels/conv.h"
#include "native/kernels/float32/simd_shape.h"

namespace kinetorch::kernels::float32 {

// Transforms PyTorch's weights as the algorithm needs them and puts them in the order in which it reads them, with
// zeros for the output channels that fill up the last panel.
AlignedBuffer<std::byte> packWeights(const ConvLayer& layer, ConvAlgorithm algorithm, const SimdShape& simd,
                                     const float* weights, ParallelFor& parallel);

}  // namespace kinetorch::kernels::float32
