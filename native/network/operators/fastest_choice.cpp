#include "native/network/operators/fastest_choice.h"

#include <algorithm>
#include <limits>

#include "native/runtime/parallel_for.h"

namespace kinetorch::network {
namespace {

using Clock = std::chrono::steady_clock;
using Run = std::function<void(const ConvChoice&)>;

constexpr int kRepeats = 3;
constexpr double kNever = std::numeric_limits<double>::max();
// LibTorch's convolution must be faster than the kernels by this: on a busy machine chance decides where both are
// alike, and it keeps the plain weights in memory.
constexpr double kLibraryMargin = 1.15;

// In milliseconds, the best of some runs: fewer of a choice that takes longer than `best`. The first finds cold caches.
double timeOf(const Run& run, const ConvChoice& choice, double best = kNever) {
  double shortest = kNever;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const Clock::time_point begin = Clock::now();
    run(choice);
    shortest = std::min(shortest, std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    if (repeat > 0 && shortest > 1.2 * best) break;
  }
  return shortest;
}

}  // namespace

ConvChoice fastestChoice(const std::vector<kernels::ConvAlgorithm>& algorithms,
                         const std::function<const kernels::PackedConv*(kernels::ConvAlgorithm)>& packed,
                         const Run& run, bool hasLibrary, const kernels::ClipSize& size, Clock::time_point deadline) {
  const int threads = parallelThreads();
  ConvChoice best;
  double shortest = kNever;
  const auto consider = [&](const kernels::ConvPlan& plan) {
    if (best && Clock::now() > deadline) return;
    const double time = timeOf(run, plan, shortest);
    if (time >= shortest) return;
    shortest = time;
    best = plan;
  };
  for (const kernels::ConvAlgorithm algorithm : algorithms) {
    if (const kernels::PackedConv* const weights = packed(algorithm))
      consider(kernels::defaultPlan(*weights, size, threads));
  }
  if (!best) return std::nullopt;
  // Asked twice, as it keeps the plain weights in memory, and chance should not decide on a busy machine.
  for (int ask = 0; hasLibrary && Clock::now() < deadline; ++ask) {
    if (timeOf(run, std::nullopt, shortest) * kLibraryMargin >= shortest) break;
    if (ask == 1) return std::nullopt;
    shortest = timeOf(run, best);
  }
  for (const kernels::ConvPlan& plan : kernels::candidatePlans(*packed(best->algorithm), size, threads)) consider(plan);
  return best;
}

}  // namespace kinetorch::network
