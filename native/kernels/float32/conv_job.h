#pragma once

#include "native/kernels/conv.h"

namespace kinetorch::kernels::float32 {

// One call of run(), checked, of float32.
struct ConvJob {
  const ConvLayer& layer;
  const ConvPlan& plan;
  int64_t target;
  ClipSize input;
  ClipSize output;
  const float* weights;
  const float* bias;
  const float* inputData;
  float* outputData;
  const float* residual;  // or null
  bool relu;
  float* workspace;
  ParallelFor& parallel;
  bool streamOutput;  // as planned, and possible
};

using ConvRunner = void (*)(const ConvJob& job);

ConvRunner winogradRunner(int64_t target);
ConvRunner directRunner(int64_t target);
ConvRunner depthwiseRunner(int64_t target);

}  // namespace kinetorch::kernels::float32
