// Vectors of 32-bit integers beside those of floats, and the bytes that they are loaded from and stored as.
#if defined(KINETORCH_KERNELS_INT8_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_INT8_VECTORS_INL_H
#undef KINETORCH_KERNELS_INT8_VECTORS_INL_H
#else
#define KINETORCH_KERNELS_INT8_VECTORS_INL_H
#endif

#include <cstdint>
#include <cstring>

#include "native/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::int8 {
namespace HWY_NAMESPACE {

using namespace simd::HWY_NAMESPACE;

using Integers = hn::RebindToSigned<Floats>;
using IntegerVector = hn::Vec<Integers>;
using Bytes = hn::Rebind<uint8_t, Integers>;  // as many as a vector has integers

template <int kCount>
HWY_INLINE hn::Vec<Bytes> loadRaw(const uint8_t* from, Vectors<kCount>) {
  return hn::LoadU(Bytes(), from);
}

// Touches no memory past the part, and gives zeros there.
HWY_INLINE hn::Vec<Bytes> loadRaw(const uint8_t* from, Part part) {
#if KINETORCH_SIMD_PARTS_ONE_BY_ONE
  HWY_ALIGN uint8_t whole[kLanes] = {};
  std::memcpy(whole, from, static_cast<size_t>(part.count));
  return hn::Load(Bytes(), whole);
#else
  return hn::MaskedLoad(hn::FirstN(Bytes(), static_cast<size_t>(part.count)), Bytes(), from);
#endif
}

template <typename Extent>
HWY_INLINE IntegerVector loadBytes(const uint8_t* from, Extent extent) {
  return hn::PromoteTo(Integers(), loadRaw(from, extent));
}

// Integers of 0 to 255.
template <int kCount>
HWY_INLINE void storeBytes(IntegerVector values, uint8_t* to, Vectors<kCount>) {
  hn::StoreU(hn::U8FromU32(hn::BitCast(hn::RebindToUnsigned<Integers>(), values)), Bytes(), to);
}

HWY_INLINE void storeBytes(IntegerVector values, uint8_t* to, Part part) {
  HWY_ALIGN uint8_t whole[kLanes];
  storeBytes(values, whole, Whole{});
  std::memcpy(to, whole, static_cast<size_t>(part.count));
}

// Numbers of steps as bytes: clamped, rounded to the nearest, of two to the even one, and counted from the zero point.
// `floor` and `ceiling` are integers from -zero to 255 - zero.
HWY_INLINE IntegerVector roundToBytes(Vector steps, Vector floor, Vector ceiling, IntegerVector zero) {
  // With 1.5 × 2^23 added there are no bits left for fractions, and the last bits are the integer.
  const Vector rounder = constant(12582912.0F);
  const Vector rounded = hn::Add(hn::Min(ceiling, hn::Max(floor, steps)), rounder);
  return hn::Add(hn::BitCast(Integers(), rounded), hn::Sub(zero, hn::BitCast(Integers(), rounder)));
}

// Two vectors beside each other of integers from 0 to 255.
HWY_INLINE void storeBytePair(IntegerVector low, IntegerVector high, uint8_t* to) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  // Fewer steps than one by one: where there are few input channels, storing takes as long as multiplying.
  const __m512i words = _mm512_packs_epi32(low.raw, high.raw);
  const __m512i bytes = _mm512_packus_epi16(words, words);
  alignas(64) static constexpr int32_t kOrder[16] = {0, 4, 8, 12, 1, 5, 9, 13};
  const __m512i ordered = _mm512_permutexvar_epi32(_mm512_load_si512(kOrder), bytes);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_castsi512_si256(ordered));
#else
  storeBytes(low, to, Whole{});
  storeBytes(high, to + kLanes, Whole{});
#endif
}

// Each lane's sum and four products, of unsigned bytes with signed ones: exactly, without saturation.
HWY_INLINE IntegerVector addProducts(IntegerVector sum, IntegerVector unsignedBytes, IntegerVector signedBytes) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL
  // Not by intrinsic: Highway 1.0.3 does not tell the compiler that this target has the instruction.
  asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(unsignedBytes.raw), "v"(signedBytes.raw));
  return sum;
#elif HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
  // Even and odd bytes, as pairs of 16 bits.
  const hn::RepartitionToNarrow<Integers> pairs;
  const hn::RebindToUnsigned<decltype(pairs)> unsignedPairs;
  const auto values = hn::BitCast(unsignedPairs, unsignedBytes);
  const auto weights = hn::BitCast(pairs, signedBytes);
  const auto evenValues = hn::BitCast(pairs, hn::And(values, hn::Set(unsignedPairs, 0xFF)));
  const auto oddValues = hn::BitCast(pairs, hn::ShiftRight<8>(values));
  const auto evenWeights = hn::ShiftRight<8>(hn::ShiftLeft<8>(weights));
  IntegerVector other = hn::Zero(Integers());
  sum = hn::ReorderWidenMulAccumulate(Integers(), evenValues, evenWeights, sum, other);
  return hn::ReorderWidenMulAccumulate(Integers(), oddValues, hn::ShiftRight<8>(weights), sum, other);
#else
  const hn::RebindToUnsigned<Integers> d;
  const auto values = hn::BitCast(d, unsignedBytes);
  const auto byte = [&](auto shifted) HWY_ATTR { return hn::BitCast(Integers(), hn::And(shifted, hn::Set(d, 0xFF))); };
  sum = hn::Add(sum, hn::Mul(byte(values), hn::ShiftRight<24>(hn::ShiftLeft<24>(signedBytes))));
  sum = hn::Add(sum, hn::Mul(byte(hn::ShiftRight<8>(values)), hn::ShiftRight<24>(hn::ShiftLeft<16>(signedBytes))));
  sum = hn::Add(sum, hn::Mul(byte(hn::ShiftRight<16>(values)), hn::ShiftRight<24>(hn::ShiftLeft<8>(signedBytes))));
  return hn::Add(sum, hn::Mul(byte(hn::ShiftRight<24>(values)), hn::ShiftRight<24>(signedBytes)));
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::int8
HWY_AFTER_NAMESPACE();

#endif
