// The micro-kernel's shape and arithmetic for int8.
#if defined(KINETORCH_KERNELS_INT8_MICRO_KERNEL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_INT8_MICRO_KERNEL_INL_H
#undef KINETORCH_KERNELS_INT8_MICRO_KERNEL_INL_H
#else
#define KINETORCH_KERNELS_INT8_MICRO_KERNEL_INL_H
#endif

#include "native/kernels/int8/vectors-inl.h"
#include "native/kernels/micro_kernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::int8 {
namespace HWY_NAMESPACE {

using namespace kernels::HWY_NAMESPACE;

// Beside the sums, without dot products of bytes, registers must hold the even and the odd bytes of two vectors of
// weights and of a row's word; of 16 registers that leaves eight. See float32's for AVX-512.
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
constexpr int kMicroRows = 4;
#else
constexpr int kMicroRows = 8;
#endif

// A word is four bytes: of four input channels, or one output channel's weights for them.
struct Arithmetic {
  using Words = Integers;

  static HWY_INLINE IntegerVector multiplyAdd(IntegerVector value, IntegerVector weights, IntegerVector sum) {
    return addProducts(sum, value, weights);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::int8
HWY_AFTER_NAMESPACE();

#endif
