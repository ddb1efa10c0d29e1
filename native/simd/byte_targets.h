#pragma once

// As targets.h, for code that multiplies bytes: AVX-512 with dot products of them (VNNI) is a target of its own.
#define KINETORCH_SIMD_BYTE_TARGETS
#define HWY_WANT_AVX3_DL
#include "native/simd/targets.h"
