// Vectors of floats for the target being compiled (included once for each; see Highway's foreach_target.h).
#if defined(KINETORCH_SIMD_VECTORS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_SIMD_VECTORS_INL_H
#undef KINETORCH_SIMD_VECTORS_INL_H
#else
#define KINETORCH_SIMD_VECTORS_INL_H
#endif

#include <cstdint>
#include <cstring>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::simd {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;
constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(Floats()));

// What a loop over a tensor's channels handles in one step: kVectors vectors, of which the last may be a part.
template <int kCount>
struct Vectors {
  static constexpr int kVectors = kCount;
};
using Whole = Vectors<1>;
constexpr int kLineVectors = kLanes >= 4 && kLanes < 16 ? static_cast<int>(16 / kLanes) : 1;
using CacheLine = Vectors<kLineVectors>;
struct Part {
  static constexpr int kVectors = 1;
  int64_t count;  // 0 to kLanes
};

template <int kCount>
HWY_INLINE Vector load(const float* from, Vectors<kCount>) {
  return hn::LoadU(Floats(), from);
}

// Highway's loads of a part may touch what lies after it.
#undef KINETORCH_SIMD_PARTS_ONE_BY_ONE
#define KINETORCH_SIMD_PARTS_ONE_BY_ONE (HWY_MEM_OPS_MIGHT_FAULT || HWY_TARGET == HWY_SCALAR)

// Touches no memory past the part, and gives zeros there.
HWY_INLINE Vector load(const float* from, Part part) {
#if KINETORCH_SIMD_PARTS_ONE_BY_ONE
  HWY_ALIGN float whole[kLanes] = {};
  for (int64_t i = 0; i < part.count; ++i) whole[i] = from[i];
  return hn::Load(Floats(), whole);
#else
  return hn::MaskedLoad(hn::FirstN(Floats(), static_cast<size_t>(part.count)), Floats(), from);
#endif
}

template <int kCount>
HWY_INLINE void store(Vector values, float* to, Vectors<kCount>) {
  hn::StoreU(values, Floats(), to);
}

HWY_INLINE void store(Vector values, float* to, Part part) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float whole[kLanes];
  hn::Store(values, Floats(), whole);
  for (int64_t i = 0; i < part.count; ++i) to[i] = whole[i];
#else
  hn::BlendedStore(values, hn::FirstN(Floats(), static_cast<size_t>(part.count)), Floats(), to);
#endif
}

HWY_INLINE Vector constant(float value) { return hn::Set(Floats(), value); }

// Calls body(c, Whole or Part) for every vector of begin…channels.
template <typename Body>
HWY_INLINE void forEachVector(int64_t channels, const Body& body, int64_t begin = 0) {
  int64_t c = begin;
  for (; c + kLanes <= channels; c += kLanes) body(c, Whole{});
  if (c < channels) body(c, Part{channels - c});
}

// Calls body(c, CacheLine, Whole or Part), in cache lines as far as they go.
template <typename Body>
HWY_INLINE void forEachLine(int64_t channels, const Body& body) {
  constexpr int64_t kLine = CacheLine::kVectors * kLanes;
  int64_t c = 0;
  for (; c + kLine <= channels; c += kLine) body(c, CacheLine{});
  forEachVector(channels, body, c);
}

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::simd
HWY_AFTER_NAMESPACE();

#endif
