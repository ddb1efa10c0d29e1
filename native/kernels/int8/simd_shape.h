#pragma once

#include <cstdint>

#include "native/kernels/simd_shape.h"

namespace kinetorch::kernels::int8 {

SimdShape simdShape(int64_t target);

}  // namespace kinetorch::kernels::int8
