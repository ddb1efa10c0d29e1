#include "bench/kernels/bare_loop.h"

#include <vector>

#include "bench/kernels/measure.h"
#include "native/simd/byte_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/kernels/bare_loop.cpp"
#include "hwy/foreach_target.h"
#include "native/kernels/int8/micro_kernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::int8 {
namespace HWY_NAMESPACE {
namespace {

// Returns how many products it made, and writes their sum so that all are needed.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3_DL
double multiplyBytes(int64_t rounds, int32_t* to) {
  constexpr int kSums = 2 * kMicroRows;
  const Integers d;
  IntegerVector sums[kSums];
  for (int i = 0; i < kSums; ++i) sums[i] = hn::Set(d, i);
  const IntegerVector value = hn::LoadU(d, to);
  const IntegerVector weights = hn::LoadU(d, to + kLanes);
  for (int64_t round = 0; round < rounds; ++round) {
    HWY_UNROLL(16)
    for (int i = 0; i < kSums; ++i) sums[i] = addProducts(sums[i], value, weights);
  }
  for (int i = 1; i < kSums; ++i) sums[0] = hn::Add(sums[0], sums[i]);
  hn::StoreU(sums[0], d, to);
  return static_cast<double>(rounds) * kSums * kLanes * 4;
}
#else
double multiplyBytes(int64_t /*rounds*/, int32_t* /*to*/) { return 0; }
#endif

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::int8
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kinetorch {
namespace kernels::int8 {
namespace {
HWY_EXPORT(multiplyBytes);
}
}  // namespace kernels::int8

double bareByteProducts(const std::string& target, int threads) {
  constexpr int64_t kRounds = 100000;
  const auto multiply = simd::entryFor(simd::targetNamed(target, simd::Products::kBytes),
                                       HWY_DISPATCH_TABLE(kernels::int8::multiplyBytes));
  OpenMpFor parallel(threads);
  std::vector<double> products(static_cast<size_t>(threads));
  const auto work = [&](int thread) {
    int32_t memory[64] = {};
    products[static_cast<size_t>(thread)] = multiply(kRounds, memory);
  };
  const Timing timing = measure([&] { parallel.run(threads, work); }, threads, 15, 20);
  return 2 * products[0] * threads / timing.best / 1e6;
}

}  // namespace kinetorch
#endif
