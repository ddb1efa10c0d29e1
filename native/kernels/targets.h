#pragma once

// Highway's targets that these kernels are compiled for. Include it before any of Highway's headers.
//
// Left out are vectors whose length is not known to the compiler, because the kernels keep arrays of them in registers,
// and sets that would run the same code as a neighbour.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#include <cstddef>
#include <cstdint>
#include <string>

#include "hwy/targets.h"

namespace kinetorch {

// The entry for `target` of a table made by HWY_EXPORT. Highway's own dispatch goes by one choice for the whole
// process; here every packed layer keeps the target it was packed for.
template <typename Function, size_t kEntries>
Function entryFor(int64_t target, Function const (&table)[kEntries]) {
  if constexpr (kEntries == 1) return table[0];
  hwy::ChosenTarget chosen;
  chosen.Update(target);
  return table[chosen.GetIndex()];
}

// The target of one of kernelTargets(), or the best for an empty name; 0 where there is none of that name.
int64_t targetNamed(const std::string& name);

// What packing and blocking must know of a target.
struct SimdShape {
  int64_t lanes = 0;       // floats in a vector
  int64_t panelWidth = 0;  // output channels that the micro-kernel computes together
  int64_t rows = 0;        // and rows
};

SimdShape simdShape(int64_t target);

}  // namespace kinetorch
