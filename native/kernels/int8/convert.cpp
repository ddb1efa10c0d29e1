#include "native/kernels/int8/convert.h"

#include "native/simd/byte_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/int8/convert.cpp"
#include <algorithm>
#include <cstring>
#include <vector>

#include "hwy/foreach_target.h"
#include "native/kernels/int8/vectors-inl.h"
#include "native/kernels/rounding.h"
#include "native/kernels/share_out.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::int8 {
namespace HWY_NAMESPACE {
namespace {

void quantiseAll(const float* from, uint8_t* to, int64_t count, Quantisation quantisation) {
  const Vector scale = constant(1.0F / quantisation.step);
  const Vector floor = constant(static_cast<float>(-quantisation.zero));
  const Vector ceiling = constant(static_cast<float>(255 - quantisation.zero));
  const IntegerVector zero = hn::Set(Integers(), quantisation.zero);
  forEachVector(count, [&](int64_t i, auto extent) HWY_ATTR {
    storeBytes(roundToBytes(hn::Mul(load(from + i, extent), scale), floor, ceiling, zero), to + i, extent);
  });
}

void dequantiseAll(const uint8_t* from, float* to, int64_t count, Quantisation quantisation) {
  const IntegerVector zero = hn::Set(Integers(), quantisation.zero);
  const Vector step = constant(quantisation.step);
  forEachVector(count, [&](int64_t i, auto extent) HWY_ATTR {
    const IntegerVector steps = hn::Sub(loadBytes(from + i, extent), zero);
    store(hn::Mul(hn::ConvertTo(Floats(), steps), step), to + i, extent);
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::int8
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch::kernels {
namespace int8 {
namespace {

HWY_EXPORT(quantiseAll);
HWY_EXPORT(dequantiseAll);

// Calls work(first, count, dense) for blocks of pixels that a first-level cache holds. Vectors go through the channels
// of all pixels as one row; where some are filled up, that is by way of `dense`, which holds a block without them, and
// behind it what fills up the last pixel.
template <typename Work>
void forBlocks(int64_t pixels, int64_t channels, ParallelFor& parallel, const Work& work) {
  constexpr int64_t kBlockBytes = 4 * 1024;
  const int64_t stored = storedChannels(channels);
  const int64_t block = ceilDivide(kBlockBytes, stored);
  shareOut(parallel, ceilDivide(pixels, block), [&](int64_t item, int) {
    const int64_t count = std::min(block, pixels - item * block);
    std::vector<uint8_t> dense(channels == stored ? 0 : static_cast<size_t>((count - 1) * channels + stored));
    work(item * block, count, dense.data());
  });
}

// The three channels of pictures are one word: a call for each pixel would take longer than all the rest.
void copyPixel(const uint8_t* from, uint8_t* to, int64_t stored) {
  if (stored == 4) {
    std::memcpy(to, from, 4);
  } else {
    std::memcpy(to, from, static_cast<size_t>(stored));
  }
}

}  // namespace

void quantise(const float* from, uint8_t* to, int64_t pixels, int64_t channels, Quantisation quantisation,
              ParallelFor& parallel, const std::string& target) {
  const int64_t stored = storedChannels(channels);
  const auto convert =
      simd::entryFor(simd::targetNamed(target, simd::Products::kBytes), HWY_DISPATCH_TABLE(quantiseAll));
  forBlocks(pixels, channels, parallel, [&](int64_t first, int64_t count, uint8_t* dense) {
    uint8_t* out = to + first * stored;
    convert(from + first * channels, channels == stored ? out : dense, count * channels, quantisation);
    for (int64_t pixel = 0; channels < stored && pixel < count; ++pixel, dense += channels, out += stored) {
      copyPixel(dense, out, stored);
      out[stored - 1] = static_cast<uint8_t>(quantisation.zero);
      if (channels + 1 < stored) out[stored - 2] = out[stored - 1];
      if (channels + 2 < stored) out[stored - 3] = out[stored - 1];
    }
  });
}

void dequantise(const uint8_t* from, float* to, int64_t pixels, int64_t channels, Quantisation quantisation,
                ParallelFor& parallel, const std::string& target) {
  const int64_t stored = storedChannels(channels);
  const auto convert =
      simd::entryFor(simd::targetNamed(target, simd::Products::kBytes), HWY_DISPATCH_TABLE(dequantiseAll));
  forBlocks(pixels, channels, parallel, [&](int64_t first, int64_t count, uint8_t* dense) {
    const uint8_t* in = from + first * stored;
    for (int64_t pixel = 0; channels < stored && pixel < count; ++pixel) {
      copyPixel(in + pixel * stored, dense + pixel * channels, stored);
    }
    convert(channels == stored ? in : dense, to + first * channels, count * channels, quantisation);
  });
}

}  // namespace int8
}  // namespace kinetorch::kernels
#endif
