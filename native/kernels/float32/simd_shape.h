#pragma once

#include <cstdint>

#include "native/kernels/simd_shape.h"

namespace kinetorch::kernels::float32 {

SimdShape simdShape(int64_t target);

}  // namespace kinetorch::kernels::float32
