// The micro-kernel: a few rows by two vectors of output channels, summed in registers.
#if defined(KINETORCH_KERNELS_FLOAT32_MICRO_KERNEL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_FLOAT32_MICRO_KERNEL_INL_H
#undef KINETORCH_KERNELS_FLOAT32_MICRO_KERNEL_INL_H
#else
#define KINETORCH_KERNELS_FLOAT32_MICRO_KERNEL_INL_H
#endif

#include <array>
#include <cstddef>
#include <cstdint>

#include "native/kernels/rounding.h"
#include "native/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::float32 {
namespace HWY_NAMESPACE {

using namespace simd::HWY_NAMESPACE;

// Two registers hold weights and one a row's value; the sums get the others: 12 of 16 registers, or 24 of 32. AVX-512
// has 32 of them but, as all of x86, no more than 16 for addresses: with a pointer for each of 12 rows, some lay in
// memory, and the sums waited for them (docs/performance.md).
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
constexpr int kMicroRows = 6;
#elif HWY_ARCH_X86
constexpr int kMicroRows = 8;
#else
constexpr int kMicroRows = 12;
#endif
constexpr int64_t kPanelWidth = 2 * kLanes;
// Of one vector of weights: fewer than 8 sums would wait for each other, and more rows have no registers for their
// pointers.
constexpr int kNarrowRows = kMicroRows < 8 ? 8 : kMicroRows;

// Weights for which a panel's part stays in the first-level cache while all rows pass.
constexpr int64_t kDepthBlock = 20 * 1024 / (kPanelWidth * static_cast<int64_t>(sizeof(float)));

// Adds to each row's sums the products of `depth` values with one or both vectors of a panel, [depth][kPanelWidth].
template <int kVectors, int kRows>
HWY_INLINE void accumulate(const float* const (&rows)[kRows], const float* HWY_RESTRICT panel, int64_t depth,
                           Vector (&sums)[kVectors][kRows]) {
  const Floats d;
  HWY_UNROLL(4)
  for (int64_t i = 0; i < depth; ++i) {
    Vector weights[kVectors];
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) weights[v] = hn::Load(d, panel + i * kPanelWidth + v * kLanes);
    HWY_UNROLL(12)
    for (int r = 0; r < kRows; ++r) {
      const Vector value = hn::Set(d, rows[r][i]);
      HWY_UNROLL(2)
      for (int v = 0; v < kVectors; ++v) sums[v][r] = hn::MulAdd(value, weights[v], sums[v][r]);
    }
  }
}

// Computes as many rows as it was made for, from `first` on.
template <typename Operands>
using MicroKernel = void (*)(const Operands& operands, int64_t first);

// Any number of rows, in even parts: a last part of one or two rows would wait for its own sums. kernels[n - 1]
// computes n.
template <typename Operands, size_t kMost>
void multiplyInParts(const std::array<MicroKernel<Operands>, kMost>& kernels, const Operands& operands, int64_t rows) {
  constexpr int64_t kMostRows = static_cast<int64_t>(kMost);
  int64_t first = 0;
  for (int64_t parts = ceilDivide(rows, kMostRows); parts > 0; --parts) {
    const int64_t part = (rows - first) / parts;
    kernels[static_cast<size_t>(part - 1)](operands, first);
    first += part;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::float32
HWY_AFTER_NAMESPACE();

#endif
