// What is done to a convolution's sums before they are stored.
#if defined(KINETORCH_KERNELS_FLOAT32_EPILOGUE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_FLOAT32_EPILOGUE_INL_H
#undef KINETORCH_KERNELS_FLOAT32_EPILOGUE_INL_H
#else
#define KINETORCH_KERNELS_FLOAT32_EPILOGUE_INL_H
#endif

#include <limits>
#include <type_traits>

#include "hwy/cache_control.h"
#include "native/kernels/float32/conv_job.h"
#include "native/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::float32 {
namespace HWY_NAMESPACE {

using namespace simd::HWY_NAMESPACE;

class Epilogue {
 public:
  explicit Epilogue(const ConvJob& job)
      : bias_(job.bias),
        residual_(job.residual),
        output_(job.outputData),
        floor_(job.relu ? 0.0F : -std::numeric_limits<float>::infinity()),
        stream_(job.streamOutput) {}

  Vector bias(int64_t channel) const { return hn::LoadU(Floats(), bias_ + channel); }

  // Stores the first `pixels` of kPixels pixels that lie `stride` apart from `offset` on, counted from the output's
  // first float. The sums hold the bias already.
  template <int kPixels, typename Extent>
  HWY_INLINE void store(Vector (&sums)[Extent::kVectors][kPixels], int64_t pixels, int64_t offset, int64_t stride,
                        Extent extent) const {
    if (residual_ != nullptr) {
      forEach(sums, pixels, [&](Vector& sum, int64_t pixel, int64_t channel) HWY_ATTR {
        sum = hn::Add(sum, load(residual_ + offset + pixel * stride + channel, extent));
      });
    }
    const Vector floor = constant(floor_);
    float* to = output_ + offset;
    constexpr bool kWholeLines = !std::is_same<Extent, Part>::value && Extent::kVectors % CacheLine::kVectors == 0;
    if (kWholeLines && stream_) {
      forEach(sums, pixels, [&](Vector& sum, int64_t pixel, int64_t channel) HWY_ATTR {
        hn::Stream(atLeast(floor, sum), Floats(), to + pixel * stride + channel);
      });
    } else {
      forEach(sums, pixels, [&](Vector& sum, int64_t pixel, int64_t channel) HWY_ATTR {
        HWY_NAMESPACE::store(atLeast(floor, sum), to + pixel * stride + channel, extent);
      });
    }
  }

  // Begins to bring what store() will read and write for these pixels, of kVectors vectors each.
  template <int kVectors>
  HWY_INLINE void prefetch(int64_t pixels, int64_t offset, int64_t stride) const {
    constexpr int64_t kCacheLine = 16;
    for (int64_t pixel = 0; pixel < pixels; ++pixel, offset += stride) {
      for (int64_t c = 0; c < kVectors * kLanes; c += kCacheLine) {
        if (residual_ != nullptr) hwy::Prefetch(residual_ + offset + c);
        if (!stream_) hwy::Prefetch(output_ + offset + c);
      }
    }
  }

  // Makes streamed output visible to the other threads.
  void finish() const {
    if (stream_) hwy::FlushStream();
  }

 private:
  // Vector by vector in the order of memory: what is streamed must fill one cache line after the other.
  template <int kVectors, int kPixels, typename Body>
  static HWY_INLINE void forEach(Vector (&sums)[kVectors][kPixels], int64_t pixels, const Body& body) {
    HWY_UNROLL(8)
    for (int pixel = 0; pixel < kPixels; ++pixel) {
      if (pixel >= pixels) break;
      HWY_UNROLL(4)
      for (int v = 0; v < kVectors; ++v) body(sums[v][pixel], pixel, v * kLanes);
    }
  }

  // Not a number stays so, as in LibTorch's ReLU. x86's maximum gives its second operand then; others differ.
  static HWY_INLINE Vector atLeast(Vector floor, Vector values) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
    return hn::Max(floor, values);
#else
    return hn::IfThenElse(hn::Lt(values, floor), floor, values);
#endif
  }

  const float* bias_;
  const float* residual_;
  float* output_;
  float floor_;
  bool stream_;
};

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::float32
HWY_AFTER_NAMESPACE();

#endif
