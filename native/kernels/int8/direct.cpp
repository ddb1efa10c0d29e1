#include "native/simd/byte_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/int8/direct.cpp"
#include "hwy/foreach_target.h"
#include "native/kernels/direct-inl.h"
#include "native/kernels/int8/conv_job.h"
#include "native/kernels/int8/epilogue-inl.h"
#include "native/kernels/int8/micro_kernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::int8 {
namespace HWY_NAMESPACE {
namespace {

class DirectKernel {
 public:
  using Arithmetic = HWY_NAMESPACE::Arithmetic;
  static constexpr int kRows = kMicroRows;

  explicit DirectKernel(const ConvJob& job) : epilogue_(job) {}

  template <int kVectors>
  HWY_INLINE void prefetch(int64_t rows, int64_t pixel, int64_t channel) const {
    epilogue_.prefetch<kVectors>(rows, pixel, channel);
  }

  template <int kVectors, int kPixels>
  HWY_INLINE void store(IntegerVector (&sums)[kVectors][kPixels], int64_t pixel, int64_t channel) const {
    epilogue_.store(sums, kPixels, pixel, channel);
  }

  void finish() const {}

 private:
  const Epilogue epilogue_;
};

void runDirect(const ConvJob& job) {
  const auto words = [](const auto* bytes) { return reinterpret_cast<const int32_t*>(bytes); };
  const DirectData<int32_t> data = {job.layer,
                                    job.plan,
                                    job.input,
                                    storedChannels(job.layer.inputChannels) / 4,
                                    words(job.inputData),
                                    fourBytes(job.inputQuantisation.zero),
                                    words(job.weights),
                                    job.start,
                                    storedChannels(job.layer.outputChannels),
                                    reinterpret_cast<int32_t*>(job.workspace),
                                    job.parallel};
  const DirectKernel kernel(job);
  Direct<DirectKernel>(data, kernel).run();
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::int8
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch::kernels::int8 {
namespace {
HWY_EXPORT(runDirect);
}

ConvRunner directRunner(int64_t target) { return simd::entryFor(target, HWY_DISPATCH_TABLE(runDirect)); }

}  // namespace kinetorch::kernels::int8
#endif
