// What is done to a convolution's sums before they are stored.
#if defined(KINETORCH_KERNELS_INT8_EPILOGUE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_INT8_EPILOGUE_INL_H
#undef KINETORCH_KERNELS_INT8_EPILOGUE_INL_H
#else
#define KINETORCH_KERNELS_INT8_EPILOGUE_INL_H
#endif

#include <algorithm>
#include <limits>

#include "hwy/cache_control.h"
#include "native/kernels/int8/conv_job.h"
#include "native/kernels/int8/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::int8 {
namespace HWY_NAMESPACE {

// Real numbers are counted in steps of the output from the start, so that one multiplication dequantises a sum and
// quantises it anew; in steps of 1 where the output is float32.
class Epilogue {
 public:
  explicit Epilogue(const ConvJob& job) : start_(job.start), multiplier_(job.multiplier), bias_(job.bias) {
    const int64_t channels = job.layer.outputChannels;
    if (job.outputQuantisation) {
      bytesOut_ = static_cast<uint8_t*>(job.outputData);
      outputChannels_ = storedChannels(channels);
      scale_ = 1.0F / job.outputQuantisation->step;
      zero_ = job.outputQuantisation->zero;
      floor_ = static_cast<float>(-zero_);
      ceiling_ = static_cast<float>(255 - zero_);
    } else {
      floatsOut_ = static_cast<float*>(job.outputData);
      outputChannels_ = channels;
    }
    if (job.relu) floor_ = 0;
    wholeChannels_ = outputChannels_;
    if (job.residual == nullptr) return;
    if (job.residualIsFloat) {
      floatsAdded_ = static_cast<const float*>(job.residual);
      residualChannels_ = channels;
      residualScale_ = scale_;
    } else {
      bytesAdded_ = static_cast<const uint8_t*>(job.residual);
      residualChannels_ = storedChannels(channels);
      residualScale_ = scale_ * job.residualQuantisation.step;
      residualZero_ = job.residualQuantisation.zero;
    }
    wholeChannels_ = std::min(outputChannels_, residualChannels_);
  }

  // What the sums of these channels begin with.
  IntegerVector start(int64_t channel) const { return hn::LoadU(Integers(), start_ + channel); }

  // Stores the first `pixels` of kPixels output pixels that lie beside each other from number `pixel` on: their
  // channels from `channel` on, as far as the output has them; bytes that fill up four channels are written too.
  template <int kVectors, int kPixels>
  HWY_INLINE void store(const IntegerVector (&sums)[kVectors][kPixels], int64_t pixels, int64_t pixel,
                        int64_t channel) const {
    if (channel + kVectors * kLanes <= wholeChannels_) {
      storeVectors(sums, pixels, pixel, channel, Whole{}, Whole{});
      return;
    }
    HWY_UNROLL(4)
    for (int v = 0; v < kVectors; ++v, channel += kLanes) {
      if (channel >= outputChannels_) return;
      IntegerVector vector[1][kPixels];
      HWY_UNROLL(12)
      for (int i = 0; i < kPixels; ++i) vector[0][i] = sums[v][i];
      storeVectors(vector, pixels, pixel, channel, partOf(residualChannels_, channel),
                   partOf(outputChannels_, channel));
    }
  }

  // Begins to bring what store() will read and write for these pixels, of kVectors vectors each.
  template <int kVectors>
  HWY_INLINE void prefetch(int64_t pixels, int64_t pixel, int64_t channel) const {
    const auto bring = [&](const auto* from, int64_t channels) HWY_ATTR {
      constexpr int64_t kCacheLine = 64 / sizeof(*from);
      if (from == nullptr) return;
      from += pixel * channels + channel;
      for (int64_t i = 0; i < pixels; ++i, from += channels) {
        for (int64_t c = 0; c < kVectors * kLanes; c += kCacheLine) hwy::Prefetch(from + c);
      }
    };
    bring(floatsAdded_, residualChannels_);
    bring(bytesAdded_, residualChannels_);
    bring(floatsOut_, outputChannels_);
    bring(bytesOut_, outputChannels_);
  }

 private:
  // What is there of a vector; may be nothing.
  static Part partOf(int64_t channels, int64_t channel) { return {std::clamp<int64_t>(channels - channel, 0, kLanes)}; }

  template <int kVectors, int kPixels, typename ResidualExtent, typename OutputExtent>
  HWY_INLINE void storeVectors(const IntegerVector (&sums)[kVectors][kPixels], int64_t pixels, int64_t pixel,
                               int64_t channel, ResidualExtent residualExtent, OutputExtent outputExtent) const {
    const Floats d;
    Vector values[kVectors][kPixels];
    const Vector scale = constant(scale_);
    HWY_UNROLL(4)
    for (int v = 0; v < kVectors; ++v) {
      const int64_t first = channel + v * kLanes;
      const Vector multiplier = hn::Mul(hn::LoadU(d, multiplier_ + first), scale);
      const Vector bias = hn::Mul(hn::LoadU(d, bias_ + first), scale);
      HWY_UNROLL(12)
      for (int i = 0; i < kPixels; ++i) values[v][i] = hn::MulAdd(hn::ConvertTo(d, sums[v][i]), multiplier, bias);
    }
    const int64_t residual = pixel * residualChannels_ + channel;
    const Vector residualScale = constant(residualScale_);
    if (bytesAdded_ != nullptr) {
      const IntegerVector zero = hn::Set(Integers(), residualZero_);
      forEach(values, pixels, [&](Vector& value, int64_t i, int64_t c) HWY_ATTR {
        const IntegerVector added = loadBytes(bytesAdded_ + residual + i * residualChannels_ + c, residualExtent);
        value = hn::MulAdd(hn::ConvertTo(d, hn::Sub(added, zero)), residualScale, value);
      });
    } else if (floatsAdded_ != nullptr) {
      forEach(values, pixels, [&](Vector& value, int64_t i, int64_t c) HWY_ATTR {
        const Vector added = load(floatsAdded_ + residual + i * residualChannels_ + c, residualExtent);
        value = hn::MulAdd(added, residualScale, value);
      });
    }
    const int64_t output = pixel * outputChannels_ + channel;
    const Vector floor = constant(floor_);
    if (floatsOut_ != nullptr) {
      forEach(values, pixels, [&](Vector& value, int64_t i, int64_t c) HWY_ATTR {
        HWY_NAMESPACE::store(hn::Max(floor, value), floatsOut_ + output + i * outputChannels_ + c, outputExtent);
      });
      return;
    }
    const IntegerVector zero = hn::Set(Integers(), zero_);
    const Vector ceiling = constant(ceiling_);
    if constexpr (kVectors == 2) {
      HWY_UNROLL(12)
      for (int i = 0; i < kPixels; ++i) {
        if (i >= pixels) break;
        storeBytePair(roundToBytes(values[0][i], floor, ceiling, zero),
                      roundToBytes(values[1][i], floor, ceiling, zero), bytesOut_ + output + i * outputChannels_);
      }
    } else {
      forEach(values, pixels, [&](Vector& value, int64_t i, int64_t c) HWY_ATTR {
        storeBytes(roundToBytes(value, floor, ceiling, zero), bytesOut_ + output + i * outputChannels_ + c,
                   outputExtent);
      });
    }
  }

  template <int kVectors, int kPixels, typename Body>
  static HWY_INLINE void forEach(Vector (&values)[kVectors][kPixels], int64_t pixels, const Body& body) {
    HWY_UNROLL(12)
    for (int i = 0; i < kPixels; ++i) {
      if (i >= pixels) break;
      HWY_UNROLL(4)
      for (int v = 0; v < kVectors; ++v) body(values[v][i], i, v * kLanes);
    }
  }

  const int32_t* start_;
  const float* multiplier_;
  const float* bias_;
  // Two of these are not null at most: where the output goes, and what is added to it.
  float* floatsOut_ = nullptr;
  uint8_t* bytesOut_ = nullptr;
  const float* floatsAdded_ = nullptr;
  const uint8_t* bytesAdded_ = nullptr;
  int64_t outputChannels_;  // of a pixel in memory
  int64_t residualChannels_ = 0;
  int64_t wholeChannels_;  // that both have
  float scale_ = 1;
  float residualScale_ = 0;
  int32_t residualZero_ = 0;
  int32_t zero_ = 0;  // of the output
  float floor_ = -std::numeric_limits<float>::infinity();
  float ceiling_ = 0;
};

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::int8
HWY_AFTER_NAMESPACE();

#endif
