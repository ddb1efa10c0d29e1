#pragma once

// Highway's targets that vector code is compiled for. Include it before any of Highway's headers.
//
// Left out are vectors whose length is not known to the compiler, because kernels keep arrays of them in registers,
// and sets that would run the same code as a neighbour; AVX-512 with VNNI does unless bytes are multiplied
// (byte_targets.h).
#define KINETORCH_SIMD_LEFT_OUT (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#ifdef KINETORCH_SIMD_BYTE_TARGETS
#define HWY_DISABLED_TARGETS KINETORCH_SIMD_LEFT_OUT
#else
#define HWY_DISABLED_TARGETS (KINETORCH_SIMD_LEFT_OUT | HWY_AVX3_DL)
#endif

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hwy/targets.h"

namespace kinetorch::simd {

// The entry for `target` of a table made by HWY_EXPORT. Highway's own dispatch goes by one choice for the whole
// process; here every packed layer keeps the target it was packed for. Static, as it depends on the file's targets.
template <typename Function, size_t kEntries>
static Function entryFor(int64_t target, Function const (&table)[kEntries]) {
  if constexpr (kEntries == 1) return table[0];
  hwy::ChosenTarget chosen;
  chosen.Update(target);
  return table[chosen.GetIndex()];
}

// What a loop multiplies.
enum class Products { kFloats, kBytes };

// Names of the instruction sets that this processor can run, best first.
std::vector<std::string> targetNames(Products products = Products::kFloats);

// The target of one of targetNames(), or the best for an empty name; 0 where there is none of that name.
int64_t targetNamed(const std::string& name, Products products = Products::kFloats);

}  // namespace kinetorch::simd
