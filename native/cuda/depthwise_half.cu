#include "native/cuda/depthwise_launch.cuh"

namespace kinetorch::cuda {

void launchDepthwiseHalf(const DepthwiseJob& job, cudaStream_t stream) { launchDepthwiseOf<__half>(job, stream); }

}  // namespace kinetorch::cuda
