// The micro-kernel: a few rows by two vectors of output channels, summed in registers.
#if defined(KINETORCH_KERNELS_MICRO_KERNEL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_MICRO_KERNEL_INL_H
#undef KINETORCH_KERNELS_MICRO_KERNEL_INL_H
#else
#define KINETORCH_KERNELS_MICRO_KERNEL_INL_H
#endif

#include <array>
#include <utility>

#include "native/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch {
namespace HWY_NAMESPACE {

// Two registers hold weights and one a row's value; the sums get the others: 12 of 16 registers, or 24 of 32.
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
constexpr int kMicroRows = 6;
#else
constexpr int kMicroRows = 12;
#endif
constexpr int64_t kPanelWidth = 2 * kLanes;

// What one panel of weights, [depth][kPanelWidth], is multiplied with, and where the sums go.
struct MicroOperands {
  const float* rows;
  int64_t rowStride;
  const float* panel;
  int64_t depth;
  float* products;
  int64_t productStride;
  bool add;  // to what `products` holds
};

template <int kRows>
HWY_NOINLINE void multiplyRows(const MicroOperands& operands) {
  const Floats d;
  const float* HWY_RESTRICT panel = operands.panel;
  const float* HWY_RESTRICT rows[kRows];
  Vector left[kRows];
  Vector right[kRows];
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r) {
    rows[r] = operands.rows + r * operands.rowStride;
    left[r] = hn::Zero(d);
    right[r] = hn::Zero(d);
  }
  const int64_t depth = operands.depth;
  HWY_UNROLL(4)
  for (int64_t i = 0; i < depth; ++i) {
    const Vector leftWeights = hn::Load(d, panel + i * kPanelWidth);
    const Vector rightWeights = hn::Load(d, panel + i * kPanelWidth + kLanes);
    HWY_UNROLL(12)
    for (int r = 0; r < kRows; ++r) {
      const Vector value = hn::Set(d, rows[r][i]);
      left[r] = hn::MulAdd(value, leftWeights, left[r]);
      right[r] = hn::MulAdd(value, rightWeights, right[r]);
    }
  }
  float* to = operands.products;
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r, to += operands.productStride) {
    if (operands.add) {
      left[r] = hn::Add(left[r], hn::LoadU(d, to));
      right[r] = hn::Add(right[r], hn::LoadU(d, to + kLanes));
    }
    hn::StoreU(left[r], d, to);
    hn::StoreU(right[r], d, to + kLanes);
  }
}

using MicroKernel = void (*)(const MicroOperands& operands);

template <size_t... kIndex>
constexpr std::array<MicroKernel, sizeof...(kIndex)> microKernels(std::index_sequence<kIndex...>) {
  return {&multiplyRows<static_cast<int>(kIndex) + 1>...};
}

// Any number of rows, in even parts: a last part of one or two rows would wait for its own sums.
inline void multiplyPanel(MicroOperands operands, int64_t rows) {
  static constexpr auto kKernels = microKernels(std::make_index_sequence<kMicroRows>());
  int64_t parts = (rows + kMicroRows - 1) / kMicroRows;
  for (; parts > 0; --parts) {
    const int64_t part = rows / parts;
    kKernels[static_cast<size_t>(part - 1)](operands);
    operands.rows += part * operands.rowStride;
    operands.products += part * operands.productStride;
    rows -= part;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch
HWY_AFTER_NAMESPACE();

#endif
