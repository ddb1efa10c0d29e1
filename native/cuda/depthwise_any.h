#pragma once

#include <cmath>

#include "native/cuda/depthwise_job.h"
#include "native/cuda/rectify.h"

namespace kinetorch::cuda {

// One output of any depthwise convolution: for kernels and numbers of channels that no tile suits.
template <typename Value>
KINETORCH_HOST_DEVICE void depthwiseAny(const DepthwiseJob& job, int64_t index) {
  int64_t rest = index;
  const auto next = [&rest](int count) {
    const int64_t place = rest % count;
    rest /= count;
    return static_cast<int>(place);
  };
  const int channel = next(job.channels);
  const int column = next(job.out.width) * job.stride.width - job.padding.width;
  const int row = next(job.out.height) * job.stride.height - job.padding.height;
  const int frame = next(job.out.frames) * job.stride.frames - job.padding.frames;
  const int64_t clip = rest * job.in.frames * job.in.height * job.in.width * job.channels;
  const Value* const input = static_cast<const Value*>(job.input) + clip + channel;
  const Value* const weight = static_cast<const Value*>(job.weight) + channel;
  float sum = job.bias ? static_cast<float>(static_cast<const Value*>(job.bias)[channel]) : 0.0F;
  for (int t = 0; t < job.kernel.frames; ++t) {
    const int inT = frame + t;
    if (inT < 0 || inT >= job.in.frames) continue;
    for (int h = 0; h < job.kernel.height; ++h) {
      const int inH = row + h;
      if (inH < 0 || inH >= job.in.height) continue;
      for (int w = 0; w < job.kernel.width; ++w) {
        const int inW = column + w;
        if (inW < 0 || inW >= job.in.width) continue;
        const int tap = (t * job.kernel.height + h) * job.kernel.width + w;
        const int place = ((inT * job.in.height + inH) * job.in.width + inW) * job.channels;
        sum = fmaf(static_cast<float>(weight[tap * job.channels]), static_cast<float>(input[place]), sum);
      }
    }
  }
  if (job.residual) sum += static_cast<float>(static_cast<const Value*>(job.residual)[index]);
  static_cast<Value*>(job.output)[index] = static_cast<Value>(rectify(sum, leastValue(job.relu)));
}

}  // namespace kinetorch::cuda
