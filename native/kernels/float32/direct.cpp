#include "native/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/float32/direct.cpp"
#include "hwy/foreach_target.h"
#include "native/kernels/direct-inl.h"
#include "native/kernels/float32/conv_job.h"
#include "native/kernels/float32/epilogue-inl.h"
#include "native/kernels/float32/micro_kernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::float32 {
namespace HWY_NAMESPACE {
namespace {

class DirectKernel {
 public:
  using Arithmetic = HWY_NAMESPACE::Arithmetic;
  static constexpr int kRows = kMicroRows;

  explicit DirectKernel(const ConvJob& job) : epilogue_(job), channels_(job.layer.outputChannels) {}

  template <int kVectors>
  HWY_INLINE void prefetch(int64_t rows, int64_t pixel, int64_t channel) const {
    epilogue_.prefetch<kVectors>(rows, pixel * channels_ + channel, channels_);
  }

  template <int kVectors, int kPixels>
  HWY_INLINE void store(Vector (&sums)[kVectors][kPixels], int64_t pixel, int64_t channel) const {
    const int64_t offset = pixel * channels_ + channel;
    if (channels_ - channel >= kVectors * kLanes) {
      epilogue_.store(sums, kPixels, offset, channels_, Vectors<kVectors>{});
      return;
    }
    // The last panel.
    HWY_UNROLL(2)
    for (int v = 0; v < kVectors; ++v) {
      const int64_t channels = channels_ - channel - v * kLanes;
      Vector vectors[1][kPixels];
      HWY_UNROLL(12)
      for (int p = 0; p < kPixels; ++p) vectors[0][p] = sums[v][p];
      if (channels >= kLanes) {
        epilogue_.store(vectors, kPixels, offset + v * kLanes, channels_, Whole{});
      } else if (channels > 0) {
        epilogue_.store(vectors, kPixels, offset + v * kLanes, channels_, Part{channels});
      }
    }
  }

  void finish() const { epilogue_.finish(); }

 private:
  const Epilogue epilogue_;
  const int64_t channels_;
};

void runDirect(const ConvJob& job) {
  const DirectData<float> data = {job.layer,   job.plan,    job.input, job.layer.inputChannels,  job.inputData,
                                  0.0F,        job.weights, job.bias,  job.layer.outputChannels, job.workspace,
                                  job.parallel};
  const DirectKernel kernel(job);
  Direct<DirectKernel>(data, kernel).run();
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::float32
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch::kernels::float32 {
namespace {
HWY_EXPORT(runDirect);
}

ConvRunner directRunner(int64_t target) { return simd::entryFor(target, HWY_DISPATCH_TABLE(runDirect)); }

}  // namespace kinetorch::kernels::float32
#endif
