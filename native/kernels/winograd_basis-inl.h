// Winograd's transforms of inputs and products along one axis (winograd_filters.h has those of the weights).
#if defined(KINETORCH_KERNELS_WINOGRAD_BASIS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_WINOGRAD_BASIS_INL_H
#undef KINETORCH_KERNELS_WINOGRAD_BASIS_INL_H
#else
#define KINETORCH_KERNELS_WINOGRAD_BASIS_INL_H
#endif

#include "native/kernels/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch {
namespace HWY_NAMESPACE {

template <int kTile>
struct WinogradBasis;

template <>
struct WinogradBasis<2> {
  static HWY_INLINE void input(const Vector* d, Vector* to) {
    to[0] = hn::Sub(d[0], d[2]);
    to[1] = hn::Add(d[1], d[2]);
    to[2] = hn::Sub(d[2], d[1]);
    to[3] = hn::Sub(d[1], d[3]);
  }

  static HWY_INLINE void output(const Vector* m, Vector* to) {
    to[0] = hn::Add(hn::Add(m[0], m[1]), m[2]);
    to[1] = hn::Sub(hn::Sub(m[1], m[2]), m[3]);
  }
};

template <>
struct WinogradBasis<4> {
  static HWY_INLINE void input(const Vector* d, Vector* to) {
    const Vector two = constant(2);
    const Vector four = constant(4);
    const Vector five = constant(5);
    const Vector evenBy1 = hn::NegMulAdd(four, d[2], d[4]);  // of the points ±1
    const Vector oddBy1 = hn::NegMulAdd(four, d[1], d[3]);
    const Vector evenBy2 = hn::Sub(d[4], d[2]);  // of the points ±2
    const Vector oddBy2 = hn::Mul(two, hn::Sub(d[3], d[1]));
    to[0] = hn::MulAdd(four, d[0], hn::NegMulAdd(five, d[2], d[4]));
    to[1] = hn::Add(evenBy1, oddBy1);
    to[2] = hn::Sub(evenBy1, oddBy1);
    to[3] = hn::Add(evenBy2, oddBy2);
    to[4] = hn::Sub(evenBy2, oddBy2);
    to[5] = hn::MulAdd(four, d[1], hn::NegMulAdd(five, d[3], d[5]));
  }

  static HWY_INLINE void output(const Vector* m, Vector* to) {
    const Vector evenBy1 = hn::Add(m[1], m[2]);
    const Vector oddBy1 = hn::Sub(m[1], m[2]);
    const Vector evenBy2 = hn::Add(m[3], m[4]);
    const Vector oddBy2 = hn::Sub(m[3], m[4]);
    to[0] = hn::Add(hn::Add(m[0], evenBy1), evenBy2);
    to[1] = hn::MulAdd(constant(2), oddBy2, oddBy1);
    to[2] = hn::MulAdd(constant(4), evenBy2, evenBy1);
    to[3] = hn::Add(hn::MulAdd(constant(8), oddBy2, oddBy1), m[5]);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch
HWY_AFTER_NAMESPACE();

#endif
