#pragma once

#include <cstdint>

#include "native/cuda/packed.h"
#include "native/cuda/rectify.h"

namespace kinetorch::cuda {

// x = x + bias + residual, then ReLU, for values whose channels lie side by side.
struct EpilogueJob {
  void* values = nullptr;
  const void* bias = nullptr;      // C, or null
  const void* residual = nullptr;  // as the values, or null
  int channels = 0;
  int64_t count = 0;
  bool relu = false;
};

// The `index`th kCount values; the channels are a multiple of kCount.
template <int kCount, typename Value>
KINETORCH_HOST_DEVICE void addBiasAndResidual(const EpilogueJob& job, unsigned index) {
  const int64_t at = static_cast<int64_t>(index) * kCount;
  Value* const place = static_cast<Value*>(job.values) + at;
  float sums[kCount];
  unpack(load<Value, kCount>(place), sums);
  float others[kCount];
  if (job.bias) {
    const unsigned channel = index % static_cast<unsigned>(job.channels / kCount) * kCount;
    unpack(load<Value, kCount>(static_cast<const Value*>(job.bias) + channel), others);
    KINETORCH_UNROLL
    for (int i = 0; i < kCount; ++i) sums[i] += others[i];
  }
  if (job.residual) {
    unpack(load<Value, kCount>(static_cast<const Value*>(job.residual) + at), others);
    KINETORCH_UNROLL
    for (int i = 0; i < kCount; ++i) sums[i] += others[i];
  }
  KINETORCH_UNROLL
  for (int i = 0; i < kCount; ++i) sums[i] = rectify(sums[i], leastValue(job.relu));
  store(pack<Value, kCount>(sums), place);
}

}  // namespace kinetorch::cuda
