#include "native/cuda/depthwise_launch.cuh"

namespace kinetorch {

void launchDepthwiseBFloat16(const DepthwiseJob& job, cudaStream_t stream) {
  launchDepthwiseOf<__nv_bfloat16>(job, stream);
}

}  // namespace kinetorch
