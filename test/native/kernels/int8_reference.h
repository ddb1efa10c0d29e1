#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "native/kernels/conv.h"
#include "test/native/kernels/cases.h"

namespace kinetorch::test {

// The sums of (input - zero) × weights, as the definition of a convolution says: [pixel][outputChannels]. The input has
// storedChannels; what lies outside has the value `zero`.
inline std::vector<int64_t> integerSums(const kernels::ConvLayer& layer, const kernels::ClipSize& input,
                                        const uint8_t* x, int32_t zero, const int8_t* weights) {
  const kernels::ClipSize size = outputSize(layer, input);
  const int64_t inGroup = layer.inputChannels / layer.groups;
  const int64_t outGroup = layer.outputChannels / layer.groups;
  const int64_t taps = layer.kernel[0] * layer.kernel[1] * layer.kernel[2];
  const int64_t stored = kernels::storedChannels(layer.inputChannels);
  const int64_t pixels = size.batch * size.frames * size.height * size.width;
  std::vector<int64_t> sums(static_cast<size_t>(pixels * layer.outputChannels));
  for (int64_t pixel = 0; pixel < pixels; ++pixel) {
    const int64_t left = pixel % size.width * layer.stride[2] - layer.padding[2];
    const int64_t top = pixel / size.width % size.height * layer.stride[1] - layer.padding[1];
    const int64_t first = pixel / size.width / size.height % size.frames * layer.stride[0] - layer.padding[0];
    const int64_t clip = pixel / size.width / size.height / size.frames;
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t t = first + tap / layer.kernel[2] / layer.kernel[1];
      const int64_t h = top + tap / layer.kernel[2] % layer.kernel[1];
      const int64_t w = left + tap % layer.kernel[2];
      if (t < 0 || t >= input.frames || h < 0 || h >= input.height || w < 0 || w >= input.width) continue;
      const uint8_t* const at = x + (((clip * input.frames + t) * input.height + h) * input.width + w) * stored;
      for (int64_t k = 0; k < layer.outputChannels; ++k) {
        const int8_t* const filter = weights + k * inGroup * taps + tap;
        const uint8_t* const channels = at + k / outGroup * inGroup;
        int64_t sum = 0;
        for (int64_t c = 0; c < inGroup; ++c) sum += (channels[c] - zero) * filter[c * taps];
        sums[static_cast<size_t>(pixel * layer.outputChannels + k)] += sum;
      }
    }
  }
  return sums;
}

// A real number and how far float32's rounding of its terms may lead from it.
struct RealValue {
  double value = 0;
  double terms = 0;

  void add(double term) {
    value += term;
    terms += std::abs(term);
  }
  double tolerance() const { return terms * std::ldexp(1.0, -22); }
};

// Whether a byte is what the number is stored as; where it lies between two, either is.
inline bool isStoredAs(const RealValue& real, kernels::Quantisation quantisation, uint8_t stored) {
  const double exact = real.value / static_cast<double>(quantisation.step) + quantisation.zero;
  const double tolerance = real.tolerance() / static_cast<double>(quantisation.step) + 1e-9;
  return std::abs(std::min(255.0, std::max(0.0, exact)) - stored) <= 0.5 + tolerance;
}

}  // namespace kinetorch::test
