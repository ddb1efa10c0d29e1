#pragma once

#include <cuda_runtime_api.h>

#include "native/cuda/depthwise_job.h"
#include "native/cuda/epilogue.h"
#include "native/cuda/preprocess_pixel.h"

namespace kinetorch::cuda {

enum class Element { kFloat, kHalf, kBFloat16 };

// Each queues its kernel on the stream, on the current device; cudaGetLastError() tells whether that went well.

// These two choose job.strip themselves. One translation unit a type, as there are many kernels.
void launchDepthwiseHalf(const DepthwiseJob& job, cudaStream_t stream);
void launchDepthwiseBFloat16(const DepthwiseJob& job, cudaStream_t stream);

void launchEpilogue(const EpilogueJob& job, Element element, cudaStream_t stream);
void launchPreprocess(const PreprocessJob& job, bool antialias, Element element, cudaStream_t stream);

}  // namespace kinetorch::cuda
