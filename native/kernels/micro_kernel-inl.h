// The micro-kernel: a few rows by two vectors of output channels, summed in registers, for any kind of elements.
#if defined(KINETORCH_KERNELS_MICRO_KERNEL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_MICRO_KERNEL_INL_H
#undef KINETORCH_KERNELS_MICRO_KERNEL_INL_H
#else
#define KINETORCH_KERNELS_MICRO_KERNEL_INL_H
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "native/kernels/rounding.h"
#include "native/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels {
namespace HWY_NAMESPACE {

using namespace simd::HWY_NAMESPACE;

constexpr int64_t kPanelWidth = 2 * kLanes;

// Words of weights for which a panel's part stays in the first-level cache while all rows pass.
constexpr int64_t kDepthBlock = 20 * 1024 / (kPanelWidth * 4);

template <typename Arithmetic>
using WordOf = hn::TFromD<typename Arithmetic::Words>;
template <typename Arithmetic>
using SumsOf = hn::Vec<typename Arithmetic::Words>;

// Adds to each row's sums the products of `depth` words with one or both vectors of a panel, [depth][kPanelWidth].
//
// `Arithmetic` has
//   Words: the tag of vectors of words and of their sums;
//   multiplyAdd(value, weights, sum): the sum and the product.
template <typename Arithmetic, int kVectors, int kRows>
HWY_INLINE void accumulate(const WordOf<Arithmetic>* const (&rows)[kRows], const WordOf<Arithmetic>* HWY_RESTRICT panel,
                           int64_t depth, SumsOf<Arithmetic> (&sums)[kVectors][kRows]) {
  const typename Arithmetic::Words d;
  HWY_UNROLL(4)
  for (int64_t i = 0; i < depth; ++i) {
    SumsOf<Arithmetic> weights[kVectors];
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) weights[v] = hn::Load(d, panel + i * kPanelWidth + v * kLanes);
    HWY_UNROLL(12)
    for (int r = 0; r < kRows; ++r) {
      WordOf<Arithmetic> word;
      std::memcpy(&word, rows[r] + i, sizeof(word));  // which may consist of bytes
      const auto value = hn::Set(d, word);
      HWY_UNROLL(2)
      for (int v = 0; v < kVectors; ++v) sums[v][r] = Arithmetic::multiplyAdd(value, weights[v], sums[v][r]);
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
}  // namespace kinetorch::kernels
HWY_AFTER_NAMESPACE();

#endif
