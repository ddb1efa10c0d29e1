#pragma once

// Highway's targets that vector code is compiled for. Include it before any of Highway's headers.
//
// Left out are vectors whose length is not known to the compiler, because kernels keep arrays of them in registers,
// and sets that would run the same code as a neighbour.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hwy/targets.h"

namespace kinetorch::simd {

// The entry for `target` of a table made by HWY_EXPORT. Highway's own dispatch goes by one choice for the whole
// process; here every packed layer keeps the target it was packed for.
template <typename Function, size_t kEntries>
Function entryFor(int64_t target, Function const (&table)[kEntries]) {
  if constexpr (kEntries == 1) return table[0];
  hwy::ChosenTarget chosen;
  chosen.Update(target);
  return table[chosen.GetIndex()];
}

// Names of the instruction sets that this processor can run, best first.
std::vector<std::string> targetNames();

// The target of one of targetNames(), or the best for an empty name; 0 where there is none of that name.
int64_t targetNamed(const std::string& name);

}  // namespace kinetorch::simd
