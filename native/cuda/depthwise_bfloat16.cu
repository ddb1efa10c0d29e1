#include "native/cuda/depthwise_launch.cuh"

namespace kinetorch::cuda {

void launchDepthwiseBFloat16(const DepthwiseJob& job, cudaStream_t stream) {
  launchDepthwiseOf<__nv_bfloat16>(job, stream);
}

}  // namespace kinetorch::cuda
