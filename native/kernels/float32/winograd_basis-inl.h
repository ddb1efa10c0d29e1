// Winograd's transforms of inputs and products along one axis (winograd_filters.h has those of the weights).
#if defined(KINETORCH_KERNELS_FLOAT32_WINOGRAD_BASIS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_FLOAT32_WINOGRAD_BASIS_INL_H
#undef KINETORCH_KERNELS_FLOAT32_WINOGRAD_BASIS_INL_H
#else
#define KINETORCH_KERNELS_FLOAT32_WINOGRAD_BASIS_INL_H
#endif

#include "native/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::float32 {
namespace HWY_NAMESPACE {

using namespace simd::HWY_NAMESPACE;

// An input's values at kPoints points.
template <int kPoints>
struct WinogradInput;

template <>
struct WinogradInput<4> {
  static HWY_INLINE void transform(const Vector* d, Vector* to) {
    to[0] = hn::Sub(d[0], d[2]);
    to[1] = hn::Add(d[1], d[2]);
    to[2] = hn::Sub(d[2], d[1]);
    to[3] = hn::Sub(d[1], d[3]);
  }
};

template <>
struct WinogradInput<6> {
  static HWY_INLINE void transform(const Vector* d, Vector* to) {
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
};

template <>
struct WinogradInput<8> {
  static HWY_INLINE void transform(const Vector* d, Vector* to) {
    const Vector quarter = constant(0.25F);
    const Vector half = constant(0.5F);
    const Vector two = constant(2);
    const Vector four = constant(4);
    const Vector centre = constant(4.25F);
    const Vector outer = constant(5.25F);
    const Vector evenBy1 = hn::NegMulAdd(centre, d[4], hn::Add(d[2], d[6]));
    const Vector oddBy1 = hn::NegMulAdd(centre, d[3], hn::Add(d[1], d[5]));
    const Vector evenBy2 = hn::MulAdd(quarter, hn::NegMulAdd(constant(5), d[4], d[2]), d[6]);
    const Vector oddBy2 = hn::NegMulAdd(constant(2.5F), d[3], hn::MulAdd(half, d[1], hn::Mul(two, d[5])));
    const Vector evenByHalf = hn::MulAdd(four, hn::NegMulAdd(constant(1.25F), d[4], d[2]), d[6]);
    const Vector oddByHalf = hn::NegMulAdd(constant(2.5F), d[3], hn::MulAdd(two, d[1], hn::Mul(half, d[5])));
    to[0] = hn::MulAdd(outer, hn::Sub(d[4], d[2]), hn::Sub(d[0], d[6]));
    to[1] = hn::Add(evenBy1, oddBy1);
    to[2] = hn::Sub(evenBy1, oddBy1);
    to[3] = hn::Add(evenBy2, oddBy2);
    to[4] = hn::Sub(evenBy2, oddBy2);
    to[5] = hn::Add(evenByHalf, oddByHalf);
    to[6] = hn::Sub(evenByHalf, oddByHalf);
    to[7] = hn::MulAdd(outer, hn::Sub(d[3], d[5]), hn::Sub(d[7], d[1]));
  }
};

// kTile outputs from the products at kPoints points.
template <int kTile, int kPoints>
struct WinogradOutput;

template <>
struct WinogradOutput<2, 4> {
  static HWY_INLINE void transform(const Vector* m, Vector* to) {
    to[0] = hn::Add(hn::Add(m[0], m[1]), m[2]);
    to[1] = hn::Sub(hn::Sub(m[1], m[2]), m[3]);
  }
};

template <>
struct WinogradOutput<4, 6> {
  static HWY_INLINE void transform(const Vector* m, Vector* to) {
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

template <>
struct WinogradOutput<2, 6> {
  static HWY_INLINE void transform(const Vector* m, Vector* to) {
    to[0] = hn::Add(m[0], hn::Add(hn::Add(m[1], m[2]), hn::Add(m[3], m[4])));
    to[1] = hn::MulAdd(constant(2), hn::Sub(m[3], m[4]), hn::Add(hn::Sub(m[1], m[2]), m[5]));
  }
};

template <>
struct WinogradOutput<4, 8> {
  static HWY_INLINE void transform(const Vector* m, Vector* to) {
    const Vector two = constant(2);
    const Vector four = constant(4);
    const Vector eight = constant(8);
    const Vector evenBy1 = hn::Add(m[1], m[2]);
    const Vector oddBy1 = hn::Sub(m[1], m[2]);
    const Vector evenBy2 = hn::Add(m[3], m[4]);
    const Vector oddBy2 = hn::Sub(m[3], m[4]);
    const Vector evenByHalf = hn::Add(m[5], m[6]);
    const Vector oddByHalf = hn::Sub(m[5], m[6]);
    to[0] = hn::MulAdd(eight, evenByHalf, hn::Add(hn::Add(m[0], evenBy1), evenBy2));
    to[1] = hn::MulAdd(four, oddByHalf, hn::MulAdd(two, oddBy2, oddBy1));
    to[2] = hn::MulAdd(two, evenByHalf, hn::MulAdd(four, evenBy2, evenBy1));
    to[3] = hn::MulAdd(eight, oddBy2, hn::Add(hn::Add(oddBy1, oddByHalf), m[7]));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::float32
HWY_AFTER_NAMESPACE();

#endif
