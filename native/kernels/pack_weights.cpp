#include "native/kernels/pack_weights.h"

#include <algorithm>
#include <vector>

#include "native/kernels/product_blocks.h"
#include "native/kernels/winograd_filters.h"

namespace kinetorch {
namespace {

int64_t kernelVolume(const ConvLayer& layer) { return layer.kernel[0] * layer.kernel[1] * layer.kernel[2]; }

// [kernel…][channels, whole vectors]
AlignedBuffer packDepthwise(const ConvLayer& layer, const SimdShape& simd, const float* weights) {
  const int64_t taps = kernelVolume(layer);
  const int64_t channels = roundUp(layer.outputChannels, simd.lanes);
  AlignedBuffer packed(static_cast<size_t>(taps * channels));
  for (int64_t c = 0; c < layer.outputChannels; ++c) {
    for (int64_t tap = 0; tap < taps; ++tap) packed.data()[tap * channels + c] = weights[c * taps + tap];
  }
  return packed;
}

// Calls transform(filter, store) for the filter of every pair of channels; store(point, tap, depth, weight) puts a
// weight where the micro-kernel reads it: [panel][point][tap][depth][panelWidth]. A panel's weights of one input channel
// are gathered first: points lie so far apart that each store would miss the caches, and here a line is stored once.
template <typename Transform>
AlignedBuffer packPanels(const ConvLayer& layer, const ProductShape& shape, const SimdShape& simd, const float* weights,
                         const Transform& transform) {
  const int64_t panelFloats = shape.points * shape.taps * shape.depth * simd.panelWidth;
  const int64_t panels = ceilDivide(layer.outputChannels, simd.panelWidth);
  const int64_t filterFloats = kernelVolume(layer);
  AlignedBuffer packed(static_cast<size_t>(panels * panelFloats));
  std::vector<float> gathered(static_cast<size_t>(panelFloats / layer.inputChannels));
  std::vector<int64_t> places(static_cast<size_t>(panelFloats / layer.inputChannels / simd.panelWidth));
  for (int64_t panel = 0; panel < panels; ++panel) {
    const int64_t first = panel * simd.panelWidth;
    const int64_t lanes = std::min(simd.panelWidth, layer.outputChannels - first);
    for (int64_t c = 0; c < layer.inputChannels; ++c) {
      for (int64_t lane = 0; lane < lanes; ++lane) {
        size_t line = 0;
        transform(weights + ((first + lane) * layer.inputChannels + c) * filterFloats, c,
                  [&](int64_t point, int64_t tap, int64_t depth, double weight) {
                    places[line] = (point * shape.taps + tap) * shape.depth + depth;
                    gathered[line * simd.panelWidth + lane] = static_cast<float>(weight);
                    ++line;
                  });
      }
      for (size_t line = 0; line < places.size(); ++line) {
        std::copy_n(gathered.data() + line * simd.panelWidth, lanes,
                    packed.data() + panel * panelFloats + places[line] * simd.panelWidth);
      }
    }
  }
  return packed;
}

AlignedBuffer packDirect(const ConvLayer& layer, const ProductShape& shape, const SimdShape& simd,
                         const float* weights) {
  const int64_t taps = kernelVolume(layer);
  return packPanels(layer, shape, simd, weights, [&](const float* filter, int64_t c, const auto& store) {
    for (int64_t tap = 0; tap < taps; ++tap) {
      if (shape.inPlace) {
        store(0, tap, c, filter[tap]);
      } else {
        store(0, 0, tap * layer.inputChannels + c, filter[tap]);
      }
    }
  });
}

template <int kTile>
AlignedBuffer packWinograd(const ConvLayer& layer, const ProductShape& shape, const SimdShape& simd,
                           const float* weights) {
  constexpr auto& kMatrix = WinogradFilter<kTile>::kMatrix;
  constexpr int kPoints = kTile + 2;
  const auto transformed = [](int point, const auto& tap) {
    return kMatrix[point][0] * tap(0) + kMatrix[point][1] * tap(1) + kMatrix[point][2] * tap(2);
  };
  const bool temporal = isTemporal(layer);
  return packPanels(layer, shape, simd, weights, [&](const float* filter, int64_t c, const auto& store) {
    for (int i = 0; temporal && i < kPoints; ++i) {
      store(i, 0, c, transformed(i, [&](int t) { return static_cast<double>(filter[t]); }));
    }
    for (int64_t tap = 0; !temporal && tap < shape.taps; ++tap, filter += 9) {
      for (int i = 0; i < kPoints; ++i) {
        double columns[3];
        for (int x = 0; x < 3; ++x) {
          columns[x] = transformed(i, [&](int y) { return static_cast<double>(filter[y * 3 + x]); });
        }
        for (int j = 0; j < kPoints; ++j) {
          store(i * kPoints + j, tap, c, transformed(j, [&](int x) { return columns[x]; }));
        }
      }
    }
  });
}

}  // namespace

AlignedBuffer packWeights(const ConvLayer& layer, ConvAlgorithm algorithm, const SimdShape& simd,
                          const float* weights) {
  if (algorithm == ConvAlgorithm::kDepthwise) return packDepthwise(layer, simd, weights);
  const ProductShape shape = productShape(layer, algorithm, {1, 1, 1, 1});
  switch (algorithm) {
    case ConvAlgorithm::kWinograd2:
      return packWinograd<2>(layer, shape, simd, weights);
    case ConvAlgorithm::kWinograd4:
      return packWinograd<4>(layer, shape, simd, weights);
    default:
      return packDirect(layer, shape, simd, weights);
  }
}

}  // namespace kinetorch
