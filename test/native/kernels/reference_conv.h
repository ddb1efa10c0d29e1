#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "native/kernels/conv.h"
#include "test/native/kernels/cases.h"

namespace kinetorch::test {

struct ReferenceConv {
  std::vector<double> output;
  // How large the outputs would typically be if their terms were independent: the root of the mean sum of squared
  // terms. Errors are relative to it, because a single output may happen to be near zero.
  double scale = 0;

  // The root of the mean squared difference, relative to the scale.
  double errorOf(const float* found) const {
    double squares = 0;
    for (size_t i = 0; i < output.size(); ++i) {
      const double error = static_cast<double>(found[i]) - output[i];
      squares += error * error;
    }
    return std::sqrt(squares / static_cast<double>(output.size())) / std::max(scale, 1e-30);
  }
};

// The convolution as its definition says, in float64. `bias` and `residual` may be null.
inline ReferenceConv referenceConv(const kernels::ConvLayer& layer, const kernels::ClipSize& input, const float* x,
                                   const float* weights, const float* bias, const float* residual, bool relu) {
  const kernels::ClipSize size = outputSize(layer, input);
  const int64_t inGroup = layer.inputChannels / layer.groups;
  const int64_t outGroup = layer.outputChannels / layer.groups;
  const int64_t taps = layer.kernel[0] * layer.kernel[1] * layer.kernel[2];
  ReferenceConv reference;
  reference.output.reserve(static_cast<size_t>(elementsIn(size, layer.outputChannels)));
  double squares = 0;
  std::vector<double> sums(static_cast<size_t>(layer.outputChannels));
  const int64_t pixels = size.batch * size.frames * size.height * size.width;
  for (int64_t pixel = 0; pixel < pixels; ++pixel) {
    const int64_t left = pixel % size.width * layer.stride[2] - layer.padding[2];
    const int64_t top = pixel / size.width % size.height * layer.stride[1] - layer.padding[1];
    const int64_t first = pixel / size.width / size.height % size.frames * layer.stride[0] - layer.padding[0];
    const int64_t clip = pixel / size.width / size.height / size.frames;
    for (int64_t k = 0; k < layer.outputChannels; ++k) sums[static_cast<size_t>(k)] = bias == nullptr ? 0 : bias[k];
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t t = first + tap / layer.kernel[2] / layer.kernel[1];
      const int64_t h = top + tap / layer.kernel[2] % layer.kernel[1];
      const int64_t w = left + tap % layer.kernel[2];
      if (t < 0 || t >= input.frames || h < 0 || h >= input.height || w < 0 || w >= input.width) continue;
      const float* at = x + (((clip * input.frames + t) * input.height + h) * input.width + w) * layer.inputChannels;
      for (int64_t k = 0; k < layer.outputChannels; ++k) {
        const float* filter = weights + k * inGroup * taps + tap;
        const float* channels = at + k / outGroup * inGroup;
        double sum = 0;
        for (int64_t c = 0; c < inGroup; ++c) {
          const double product = static_cast<double>(channels[c]) * static_cast<double>(filter[c * taps]);
          sum += product;
          squares += product * product;
        }
        sums[static_cast<size_t>(k)] += sum;
      }
    }
    for (int64_t k = 0; k < layer.outputChannels; ++k) {
      double value = sums[static_cast<size_t>(k)];
      const double added = residual == nullptr ? 0 : static_cast<double>(residual[pixel * layer.outputChannels + k]);
      value += added;
      squares += added * added + (bias == nullptr ? 0 : static_cast<double>(bias[k]) * static_cast<double>(bias[k]));
      reference.output.push_back(relu ? std::max(0.0, value) : value);
    }
  }
  reference.scale = std::sqrt(squares / static_cast<double>(reference.output.size()));
  return reference;
}

}  // namespace kinetorch::test
