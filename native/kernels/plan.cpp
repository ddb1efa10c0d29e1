#include "native/kernels/plan.h"

#include <algorithm>

#include "native/kernels/rounding.h"

#if defined(__linux__)
#include <unistd.h>
#endif

namespace kinetorch::kernels {
namespace {

// Bytes of the cache that belongs to one core alone.
int64_t coreCacheBytes() {
#if defined(_SC_LEVEL2_CACHE_SIZE)
  static const int64_t bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  if (bytes > 0) return bytes;
#endif
  return 512 * 1024;
}

// Weights beyond this are not found again in the shared cache.
constexpr size_t kLargeWeightBytes = 8 * 1024 * 1024;

}  // namespace

int64_t plannedChannels(const ConvLayer& layer, const SimdShape& simd) {
  return std::min<int64_t>(48, roundUp(layer.outputChannels, simd.panelWidth));
}

ConvPlan productPlan(const PackedConv& conv, const SimdShape& simd, const PlannedProduct& product, int threads) {
  ConvPlan plan{conv.elementKind(), conv.algorithm()};
  plan.channelBlock = plannedChannels(conv.layer(), simd);
  const int64_t fitting = coreCacheBytes() * 3 / 4 / product.rowBytes / simd.rows * simd.rows;
  plan.tileRows = std::clamp<int64_t>(fitting, 4 * simd.rows, 16 * simd.rows);
  // Weights that come from memory anew for every block must be worth it.
  if (conv.bytes() > kLargeWeightBytes) plan.tileRows = 16 * simd.rows;
  // With few rows every block would read all weights for little work, and threads would wait for the last block.
  plan.shareInput = product.rows < 2 * threads * plan.tileRows;
  if (plan.shareInput) {
    plan.tileRows = std::min<int64_t>(product.rows, 16 * simd.rows);
    plan.channelBlock = 2 * simd.panelWidth;
  }
  return plan;
}

std::vector<ConvPlan> productPlans(const PackedConv& conv, const SimdShape& simd, int64_t rows,
                                   const ConvPlan& byDefault) {
  std::vector<ConvPlan> plans = {byDefault};
  const ConvLayer& layer = conv.layer();
  const auto add = [&](int64_t tileRows, int64_t channelBlock, bool shareInput) {
    plans.push_back({conv.elementKind(), conv.algorithm(), tileRows, channelBlock, shareInput, byDefault.streamOutput});
  };
  const int64_t panels = ceilDivide(layer.outputChannels, simd.panelWidth);
  for (const bool shareInput : {false, true}) {
    for (const int64_t tiles : {2, 4, 8, 16}) {
      if (tiles > 2 && tiles * simd.rows >= 2 * rows) continue;
      // A direct convolution that shares no input goes through all channels at once.
      if (conv.algorithm() == ConvAlgorithm::kDirect && !shareInput) {
        add(tiles * simd.rows, layer.outputChannels, false);
        continue;
      }
      for (const int64_t block : {1, 3, 9}) {
        if (block < 2 * panels) add(tiles * simd.rows, block * simd.panelWidth, shareInput);
      }
    }
  }
  return plans;
}

// Rows so that those of all taps in time stay in the core's cache, but enough blocks to share out.
ConvPlan depthwisePlan(const PackedConv& conv, const ClipSize& input, int threads, int64_t channelBytes) {
  const ConvLayer& layer = conv.layer();
  constexpr int64_t kChannels = 128;
  const ClipSize output = outputSize(layer, input);
  const int64_t channels = std::min(kChannels, layer.outputChannels);
  const int64_t rowBytes = layer.kernel[0] * input.width * channels * channelBytes;
  const int64_t fitting = coreCacheBytes() / 2 / rowBytes - layer.kernel[1] / 2 * 2;
  const int64_t blocks = output.batch * ceilDivide(layer.outputChannels, channels);
  const int64_t sharing = output.height * blocks / (4 * threads);
  ConvPlan plan{conv.elementKind(), conv.algorithm()};
  plan.tileRows = std::clamp<int64_t>(std::min(fitting / layer.stride[1], sharing), 1, output.height);
  plan.channelBlock = channels;
  return plan;
}

std::vector<ConvPlan> depthwisePlans(const PackedConv& conv, const ConvPlan& byDefault) {
  std::vector<ConvPlan> plans = {byDefault};
  for (const int64_t rows : {1, 2, 4, 8, 16}) {
    for (const int64_t channels : {32, 64, 128, 256}) {
      if (channels >= 2 * conv.layer().outputChannels) continue;
      plans.push_back({conv.elementKind(), conv.algorithm(), rows, channels, false, byDefault.streamOutput});
    }
  }
  return plans;
}

}  // namespace kinetorch::kernels
