#pragma once

#include <cstddef>

#include "native/kernels/conv.h"

namespace kinetorch::kernels::int8 {

// One call of run(), checked, of int8:
//   real = (start[k] + Σ input × weights[k]) × multiplier[k] + bias[k] + residual, then ReLU.
// Bytes in the padding have the value inputQuantisation.zero. Arrays of output channels are zeros up to whole panels.
struct ConvJob {
  const ConvLayer& layer;
  const ConvPlan& plan;
  int64_t target;
  ClipSize input;
  ClipSize output;
  const int8_t* weights;
  const int32_t* start;     // -zero × Σ weights[k]: what a zero point adds to the products
  const float* multiplier;  // the input's step × the weights'
  const float* bias;
  Quantisation inputQuantisation;
  const uint8_t* inputData;
  void* outputData;  // bytes of storedChannels where there is a quantisation, else floats of outputChannels
  std::optional<Quantisation> outputQuantisation;
  const void* residual;  // or null
  bool residualIsFloat;
  Quantisation residualQuantisation;
  bool relu;
  std::byte* workspace;
  ParallelFor& parallel;
};

using ConvRunner = void (*)(const ConvJob& job);

ConvRunner directRunner(int64_t target);
ConvRunner depthwiseRunner(int64_t target);

}  // namespace kinetorch::kernels::int8
