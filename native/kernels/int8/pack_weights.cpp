#include "native/kernels/int8/pack_weights.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "native/kernels/int8/depthwise_shape.h"
#include "native/kernels/rounding.h"
#include "native/kernels/share_out.h"

namespace kinetorch::kernels::int8 {
namespace {

int64_t kernelVolume(const ConvLayer& layer) { return layer.kernel[0] * layer.kernel[1] * layer.kernel[2]; }

// [panel][tap][depth / 4][panelWidth][4]
AlignedBuffer<std::byte> packDirect(const ConvLayer& layer, const SimdShape& simd, const int8_t* weights,
                                    ParallelFor& parallel) {
  const int64_t taps = kernelVolume(layer);
  const int64_t words = storedChannels(layer.inputChannels) / 4;
  const int64_t wordsOfPanel = taps * words * simd.panelWidth;
  const int64_t panels = packedChannels(layer, simd) / simd.panelWidth;
  AlignedBuffer<std::byte> packed(static_cast<size_t>(panels * wordsOfPanel * 4));
  shareOut(parallel, panels, [&](int64_t panel, int) {
    const auto to = reinterpret_cast<int8_t*>(packed.data()) + panel * wordsOfPanel * 4;
    const int64_t first = panel * simd.panelWidth;
    const int64_t lanes = std::min(simd.panelWidth, layer.outputChannels - first);
    // Four input channels at a time: PyTorch's weights of a panel for them lie in few cache lines.
    for (int64_t word = 0; word < words; ++word) {
      const int64_t channels = std::min<int64_t>(4, layer.inputChannels - word * 4);
      for (int64_t tap = 0; tap < taps; ++tap) {
        int8_t* const line = to + (tap * words + word) * simd.panelWidth * 4;
        for (int64_t lane = 0; lane < lanes; ++lane) {
          const int8_t* const from = weights + ((first + lane) * layer.inputChannels + word * 4) * taps + tap;
          for (int64_t c = 0; c < channels; ++c) line[lane * 4 + c] = from[c * taps];
        }
      }
    }
  });
  return packed;
}

}  // namespace

int64_t packedChannels(const ConvLayer& layer, const SimdShape& simd) {
  return roundUp(storedChannels(layer.outputChannels), simd.panelWidth);
}

AlignedBuffer<std::byte> packWeights(const ConvLayer& layer, ConvAlgorithm algorithm, const SimdShape& simd,
                                     const int8_t* weights, ParallelFor& parallel) {
  switch (algorithm) {
    case ConvAlgorithm::kDepthwise:
      return packDepthwise(layer, simd.lanes, weights);
    case ConvAlgorithm::kDirect:
      return packDirect(layer, simd, weights, parallel);
    default:
      throw std::invalid_argument("no int8 kernel for this algorithm");
  }
}

AlignedBuffer<int32_t> sumStarts(const ConvLayer& layer, const SimdShape& simd, const int8_t* weights, int32_t zero) {
  AlignedBuffer<int32_t> starts(static_cast<size_t>(packedChannels(layer, simd)));
  const int64_t count = layer.inputChannels / layer.groups * kernelVolume(layer);
  for (int64_t k = 0; k < layer.outputChannels; ++k, weights += count) {
    starts.data()[k] = -zero * std::accumulate(weights, weights + count, int32_t{0});
  }
  return starts;
}

}  // namespace kinetorch::kernels::int8
