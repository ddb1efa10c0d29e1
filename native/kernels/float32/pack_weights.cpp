#include "native/kernels/float32/pack_weights.h"

#include <algorithm>
#include <vector>

#include "native/kernels/float32/product_blocks.h"
#include "native/kernels/float32/winograd_filters.h"
#include "native/kernels/share_out.h"

namespace kinetorch::kernels::float32 {
namespace {

int64_t kernelVolume(const ConvLayer& layer) { return layer.kernel[0] * layer.kernel[1] * layer.kernel[2]; }

float* floatsOf(AlignedBuffer<std::byte>& buffer) { return reinterpret_cast<float*>(buffer.data()); }

// [kernel…][channels, whole vectors]
AlignedBuffer<std::byte> packDepthwise(const ConvLayer& layer, const SimdShape& simd, const float* weights) {
  const int64_t taps = kernelVolume(layer);
  const int64_t channels = roundUp(layer.outputChannels, simd.lanes);
  AlignedBuffer<std::byte> packed(static_cast<size_t>(taps * channels) * sizeof(float));
  float* const to = floatsOf(packed);
  for (int64_t c = 0; c < layer.outputChannels; ++c) {
    for (int64_t tap = 0; tap < taps; ++tap) to[tap * channels + c] = weights[c * taps + tap];
  }
  return packed;
}

// Calls transform(filter, store) for the filter of every pair of channels; store(place, weight) puts a weight where the
// micro-kernel reads it: [panel][place][panelWidth], with `places` in a panel. A panel's weights of one input channel
// are gathered first: its places lie so far apart that each store would miss the caches, and here a line is stored
// once.
template <typename Transform>
AlignedBuffer<std::byte> packPanels(const ConvLayer& layer, int64_t places, const SimdShape& simd, const float* weights,
                                    ParallelFor& parallel, const Transform& transform) {
  const int64_t panels = ceilDivide(layer.outputChannels, simd.panelWidth);
  const int64_t filterFloats = kernelVolume(layer);
  const int64_t lines = places / layer.inputChannels;
  auto packed =
      AlignedBuffer<std::byte>::uninitialised(static_cast<size_t>(panels * places * simd.panelWidth) * sizeof(float));
  float* const to = floatsOf(packed);
  shareOut(parallel, panels, [&](int64_t panel, int) {
    std::vector<float> gathered(static_cast<size_t>(lines * simd.panelWidth), 0.0F);
    std::vector<int64_t> placeOf(static_cast<size_t>(lines));
    const int64_t first = panel * simd.panelWidth;
    const int64_t lanes = std::min(simd.panelWidth, layer.outputChannels - first);
    for (int64_t c = 0; c < layer.inputChannels; ++c) {
      for (int64_t lane = 0; lane < lanes; ++lane) {
        size_t line = 0;
        transform(weights + ((first + lane) * layer.inputChannels + c) * filterFloats, c,
                  [&](int64_t place, double weight) {
                    placeOf[line] = place;
                    gathered[line * simd.panelWidth + lane] = static_cast<float>(weight);
                    ++line;
                  });
      }
      for (size_t line = 0; line < placeOf.size(); ++line) {
        std::copy_n(gathered.data() + line * simd.panelWidth, simd.panelWidth,
                    to + (panel * places + placeOf[line]) * simd.panelWidth);
      }
    }
  });
  return packed;
}

// [panel][tap][depth][panelWidth]
AlignedBuffer<std::byte> packDirect(const ConvLayer& layer, const SimdShape& simd, const float* weights,
                                    ParallelFor& parallel) {
  const int64_t taps = kernelVolume(layer);
  return packPanels(layer, taps * layer.inputChannels, simd, weights, parallel,
                    [&](const float* filter, int64_t c, const auto& store) {
                      for (int64_t tap = 0; tap < taps; ++tap) store(tap * layer.inputChannels + c, filter[tap]);
                    });
}

// The transform's row for a point, times the filter's taps.
template <int kTile, int kTaps, typename Tap>
double transformed(int point, const Tap& tap) {
  double sum = 0;
  for (int t = 0; t < kTaps; ++t) sum += WinogradFilter<kTile, kTaps>::kMatrix[point][t] * tap(t);
  return sum;
}

// [panel][point][depth][panelWidth]
template <int kTile, int kTaps>
AlignedBuffer<std::byte> packTemporal(const ConvLayer& layer, const SimdShape& simd, const float* weights,
                                      ParallelFor& parallel) {
  constexpr int kPoints = kTile + kTaps - 1;
  return packPanels(layer, kPoints * layer.inputChannels, simd, weights, parallel,
                    [&](const float* filter, int64_t c, const auto& store) {
                      for (int i = 0; i < kPoints; ++i) {
                        store(i * layer.inputChannels + c,
                              transformed<kTile, kTaps>(i, [&](int t) { return static_cast<double>(filter[t]); }));
                      }
                    });
}

// [panel][point][tap][depth][panelWidth]
template <int kTile>
AlignedBuffer<std::byte> packSpatial(const ConvLayer& layer, const SimdShape& simd, const float* weights,
                                     ParallelFor& parallel) {
  constexpr int kPoints = kTile + 2;
  const int64_t taps = layer.kernel[0];
  const int64_t places = kPoints * kPoints * taps * layer.inputChannels;
  return packPanels(layer, places, simd, weights, parallel, [&](const float* filter, int64_t c, const auto& store) {
    for (int64_t tap = 0; tap < taps; ++tap, filter += 9) {
      for (int i = 0; i < kPoints; ++i) {
        double columns[3];
        for (int x = 0; x < 3; ++x) {
          columns[x] = transformed<kTile, 3>(i, [&](int y) { return static_cast<double>(filter[y * 3 + x]); });
        }
        for (int j = 0; j < kPoints; ++j) {
          store(((i * kPoints + j) * taps + tap) * layer.inputChannels + c,
                transformed<kTile, 3>(j, [&](int x) { return columns[x]; }));
        }
      }
    }
  });
}

template <int kTile>
AlignedBuffer<std::byte> packWinograd(const ConvLayer& layer, const SimdShape& simd, const float* weights,
                                      ParallelFor& parallel) {
  if (!isTemporal(layer)) return packSpatial<kTile>(layer, simd, weights, parallel);
  return layer.kernel[0] == 3 ? packTemporal<kTile, 3>(layer, simd, weights, parallel)
                              : packTemporal<kTile, 5>(layer, simd, weights, parallel);
}

}  // namespace

AlignedBuffer<std::byte> packWeights(const ConvLayer& layer, ConvAlgorithm algorithm, const SimdShape& simd,
                                     const float* weights, ParallelFor& parallel) {
  switch (algorithm) {
    case ConvAlgorithm::kDepthwise:
      return packDepthwise(layer, simd, weights);
    case ConvAlgorithm::kWinograd2:
      return packWinograd<2>(layer, simd, weights, parallel);
    case ConvAlgorithm::kWinograd4:
      return packWinograd<4>(layer, simd, weights, parallel);
    default:
      return packDirect(layer, simd, weights, parallel);
  }
}

}  // namespace kinetorch::kernels::float32
