#include "native/kernels/float32/plan.h"

#include <algorithm>

#include "native/kernels/float32/direct_blocks.h"
#include "native/kernels/float32/product_blocks.h"
#include "native/kernels/float32/simd_shape.h"

#if defined(__linux__)
#include <unistd.h>
#endif

namespace kinetorch::kernels::float32 {
namespace {

// Bytes of the cache that belongs to one core alone.
int64_t coreCacheBytes() {
#if defined(_SC_LEVEL2_CACHE_SIZE)
  static const int64_t bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  if (bytes > 0) return bytes;
#endif
  return 512 * 1024;
}

// Outputs beyond this are written past the caches. What systems report as shared cache is often that of many cores or
// machines together; this is half of what a group of cores typically has.
constexpr int64_t kStreamedBytes = 16 * 1024 * 1024;

// Weights beyond this are not found again in the shared cache.
constexpr size_t kLargeWeightBytes = 8 * 1024 * 1024;

// Depthwise: rows so that those of all taps in time stay in the core's cache, but enough blocks to share out.
ConvPlan depthwisePlan(const PackedConv& conv, const ClipSize& input, int threads) {
  const ConvLayer& layer = conv.layer();
  constexpr int64_t kChannels = 128;
  const ClipSize output = outputSize(layer, input);
  const int64_t channels = std::min(kChannels, layer.outputChannels);
  const int64_t rowBytes = layer.kernel[0] * input.width * channels * static_cast<int64_t>(sizeof(float));
  const int64_t fitting = coreCacheBytes() / 2 / rowBytes - layer.kernel[1] / 2 * 2;
  const int64_t blocks = output.batch * ceilDivide(layer.outputChannels, channels);
  const int64_t sharing = output.height * blocks / (4 * threads);
  ConvPlan plan{conv.elementKind(), conv.algorithm()};
  plan.tileRows = std::clamp<int64_t>(std::min(fitting / layer.stride[1], sharing), 1, output.height);
  plan.channelBlock = channels;
  return plan;
}

int64_t productRows(const PackedConv& conv, const ClipSize& input) {
  if (conv.algorithm() == ConvAlgorithm::kDirect) return directShape(conv.layer(), input).rows;
  const ProductShape shape = productShape(conv.layer(), conv.algorithm(), input);
  return shape.groups * shape.frames * shape.positions;
}

// That should stay in the core's cache: a row, transformed if it is, and its sums.
int64_t floatsOfRow(const PackedConv& conv, const ClipSize& input, int64_t channels) {
  if (conv.algorithm() == ConvAlgorithm::kDirect) {
    const DirectShape shape = directShape(conv.layer(), input);
    return shape.segments * shape.depth;
  }
  const ProductShape shape = productShape(conv.layer(), conv.algorithm(), input);
  return shape.points * (shape.depth + channels);
}

}  // namespace

ConvPlan defaultPlan(const PackedConv& conv, const ClipSize& input, int threads) {
  const ConvLayer& layer = conv.layer();
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) return depthwisePlan(conv, input, threads);
  const SimdShape simd = simdShape(conv.target());
  const int64_t rows = productRows(conv, input);
  ConvPlan plan{conv.elementKind(), conv.algorithm()};
  plan.channelBlock = std::min<int64_t>(48, roundUp(layer.outputChannels, simd.panelWidth));
  const int64_t rowBytes = floatsOfRow(conv, input, plan.channelBlock) * static_cast<int64_t>(sizeof(float));
  const int64_t fitting = coreCacheBytes() * 3 / 4 / rowBytes / simd.rows * simd.rows;
  plan.tileRows = std::clamp<int64_t>(fitting, 4 * simd.rows, 16 * simd.rows);
  // Weights that come from memory anew for every block must be worth it.
  if (conv.bytes() > kLargeWeightBytes) plan.tileRows = 16 * simd.rows;
  // With few rows every block would read all weights for little work, and threads would wait for the last block.
  plan.shareInput = rows < 2 * threads * plan.tileRows;
  if (plan.shareInput) {
    plan.tileRows = std::min<int64_t>(rows, 16 * simd.rows);
    plan.channelBlock = 2 * simd.panelWidth;
  }
  const ClipSize output = outputSize(layer, input);
  plan.streamOutput = output.batch * output.frames * output.height * output.width * layer.outputChannels *
                          static_cast<int64_t>(sizeof(float)) >
                      kStreamedBytes;
  return plan;
}

std::vector<ConvPlan> candidatePlans(const PackedConv& conv, const ClipSize& input, int threads) {
  std::vector<ConvPlan> plans = {float32::defaultPlan(conv, input, threads)};
  const ConvLayer& layer = conv.layer();
  const auto add = [&](int64_t tileRows, int64_t channelBlock, bool shareInput) {
    plans.push_back({conv.elementKind(), conv.algorithm(), tileRows, channelBlock, shareInput, plans[0].streamOutput});
  };
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) {
    for (const int64_t rows : {1, 2, 4, 8, 16}) {
      for (const int64_t channels : {32, 64, 128, 256}) {
        if (channels < 2 * layer.outputChannels) add(rows, channels, false);
      }
    }
    return plans;
  }
  const SimdShape simd = simdShape(conv.target());
  const int64_t panels = ceilDivide(layer.outputChannels, simd.panelWidth);
  const int64_t rows = productRows(conv, input);
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

size_t workspaceBytes(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, int threads) {
  if (conv.algorithm() == ConvAlgorithm::kDepthwise) return 0;
  const SimdShape simd = simdShape(conv.target());
  if (conv.algorithm() == ConvAlgorithm::kDirect) {
    const DirectBlocks blocks(conv.layer(), directShape(conv.layer(), input), plan, simd);
    return static_cast<size_t>(blocks.sharedFloats() + threads * blocks.threadFloats()) * sizeof(float);
  }
  const ProductBlocks blocks(productShape(conv.layer(), conv.algorithm(), input), plan, simd);
  const int64_t floats = plan.shareInput ? blocks.transformedFloats() + threads * blocks.productFloats()
                                         : threads * (blocks.transformedFloats() + blocks.productFloats());
  return static_cast<size_t>(floats) * sizeof(float);
}

}  // namespace kinetorch::kernels::float32
