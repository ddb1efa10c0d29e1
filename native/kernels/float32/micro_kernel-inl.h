// The micro-kernel's shape and arithmetic for float32.
#if defined(KINETORCH_KERNELS_FLOAT32_MICRO_KERNEL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_FLOAT32_MICRO_KERNEL_INL_H
#undef KINETORCH_KERNELS_FLOAT32_MICRO_KERNEL_INL_H
#else
#define KINETORCH_KERNELS_FLOAT32_MICRO_KERNEL_INL_H
#endif

#include "native/kernels/micro_kernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::float32 {
namespace HWY_NAMESPACE {

using namespace kernels::HWY_NAMESPACE;

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

struct Arithmetic {
  using Words = Floats;

  static HWY_INLINE Vector multiplyAdd(Vector value, Vector weights, Vector sum) {
    return hn::MulAdd(value, weights, sum);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::float32
HWY_AFTER_NAMESPACE();

#endif
