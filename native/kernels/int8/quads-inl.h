// Four bytes to a lane, from four places (note [Quads] in depthwise_shape.h).
#if defined(KINETORCH_KERNELS_INT8_QUADS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_INT8_QUADS_INL_H
#undef KINETORCH_KERNELS_INT8_QUADS_INL_H
#else
#define KINETORCH_KERNELS_INT8_QUADS_INL_H
#endif

#include "native/kernels/int8/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::int8 {
namespace HWY_NAMESPACE {

HWY_INLINE IntegerVector loadWeights(const int8_t* from) {
  return hn::LoadU(Integers(), reinterpret_cast<const int32_t*>(from));
}

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3

// The places' bytes are loaded into a quarter of the vector each; then go, four by four, to the quarter of their
// channels, and there to their channels: two shuffles, where promoting would take four and as many shifts.
template <typename Extent>
HWY_INLINE IntegerVector loadQuads(const uint8_t* const (&from)[4], int64_t offset, Extent extent) {
  const auto quarter = [&](int place) HWY_ATTR { return loadRaw(from[place] + offset, extent).raw; };
  __m512i places = _mm512_castsi128_si512(quarter(0));
  places = _mm512_mask_broadcast_i32x4(places, 0x00F0, quarter(1));
  places = _mm512_mask_broadcast_i32x4(places, 0x0F00, quarter(2));
  places = _mm512_mask_broadcast_i32x4(places, 0xF000, quarter(3));
  const __m512i quarters = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i channels = _mm512_set4_epi32(0x0F0B0703, 0x0E0A0602, 0x0D090501, 0x0C080400);
  return IntegerVector{_mm512_shuffle_epi8(_mm512_permutexvar_epi32(quarters, places), channels)};
}

#else

template <typename Extent>
HWY_INLINE IntegerVector loadQuads(const uint8_t* const (&from)[4], int64_t offset, Extent extent) {
  const IntegerVector low =
      hn::Or(loadBytes(from[0] + offset, extent), hn::ShiftLeft<8>(loadBytes(from[1] + offset, extent)));
  const IntegerVector high =
      hn::Or(loadBytes(from[2] + offset, extent), hn::ShiftLeft<8>(loadBytes(from[3] + offset, extent)));
  return hn::Or(low, hn::ShiftLeft<16>(high));
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::int8
HWY_AFTER_NAMESPACE();

#endif
