// Prints as JSON what the roofline needs: the rate of float32 fused multiply-adds in registers (each is two operations)
// and of copying memory (bytes read and written), with all threads, the best of several tries.
//
//   kinetorch_machine_peak THREADS
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

namespace {

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif
using Vector = float __attribute__((vector_size(kBytes)));

constexpr int kTries = 5;
// Enough independent sums to hide an FMA's latency on every core built so far, and fewer than the registers.
constexpr int kSums = 12;
constexpr long kSteps = 4'000'000;
constexpr size_t kFloats = size_t{1} << 25;  // 128 MiB each way: no cache holds it

volatile float sink;

void multiplyAdd() {
  Vector sums[kSums];
  for (int i = 0; i < kSums; ++i) sums[i] = Vector{} + static_cast<float>(i);
  Vector factor = Vector{} + 0.999F;
  Vector term = Vector{} + 0.001F;
  for (long step = 0; step < kSteps; ++step) {
#pragma GCC unroll 12
    for (int i = 0; i < kSums; ++i) sums[i] = sums[i] * factor + term;
  }
  for (int i = 1; i < kSums; ++i) sums[0] += sums[i];
  sink = sums[0][0];
}

// Of one call on each thread at once; the shortest try.
double seconds(int threads, const std::function<void(int)>& work) {
  double best = 1e30;
  for (int i = 0; i < kTries; ++i) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> others;
    for (int t = 1; t < threads; ++t) others.emplace_back(work, t);
    work(0);
    for (std::thread& other : others) other.join();
    const double taken = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (taken < best) best = taken;
  }
  return best;
}

}  // namespace

int main(int count, char** values) {
  const int threads = count > 1 ? std::atoi(values[1]) : 1;
  const double arithmetic = seconds(threads, [](int) { multiplyAdd(); });
  const double operations = 2.0 * kSums * (kBytes / sizeof(float)) * kSteps * threads;

  std::vector<float> from(kFloats, 1.0F);
  std::vector<float> to(kFloats);
  const size_t part = kFloats / static_cast<size_t>(threads);
  const double copying = seconds(threads, [&](int t) {
    const size_t start = part * static_cast<size_t>(t);
    for (size_t i = start; i < start + part; ++i) to[i] = from[i];
  });
  sink = to[kFloats / 2];
  const double bytes = 2.0 * sizeof(float) * static_cast<double>(part) * threads;
  std::printf("{\"gflops\": %.1f, \"gigabytesPerSecond\": %.2f}\n", operations / arithmetic / 1e9,
              bytes / copying / 1e9);
  return 0;
}
