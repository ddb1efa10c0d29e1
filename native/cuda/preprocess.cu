#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "native/cuda/blocks.cuh"
#include "native/cuda/launch.h"

namespace kinetorch::cuda {
namespace {

template <typename Resize, typename Value>
__global__ void __launch_bounds__(kThreadsPerBlock) preprocessKernel(const __grid_constant__ PreprocessJob job) {
  const int64_t index = threadIndex();
  if (index < pixelsOf(job)) preprocessPixel<Resize, Value>(job, static_cast<unsigned>(index));
}

template <typename Value>
void launchPreprocessOf(const PreprocessJob& job, bool antialias, cudaStream_t stream) {
  const auto kernel = antialias ? preprocessKernel<AntialiasedPixel, Value> : preprocessKernel<BilinearPixel, Value>;
  kernel<<<blocksFor(pixelsOf(job)), kThreadsPerBlock, 0, stream>>>(job);
}

}  // namespace

void launchPreprocess(const PreprocessJob& job, bool antialias, Element element, cudaStream_t stream) {
  if (element == Element::kFloat) return launchPreprocessOf<float>(job, antialias, stream);
  if (element == Element::kHalf) return launchPreprocessOf<__half>(job, antialias, stream);
  launchPreprocessOf<__nv_bfloat16>(job, antialias, stream);
}

}  // namespace kinetorch::cuda
