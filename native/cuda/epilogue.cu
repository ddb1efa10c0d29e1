#include "native/cuda/blocks.cuh"
#include "native/cuda/launch.h"

namespace kinetorch::cuda {
namespace {

template <int kCount, typename Value>
__global__ void __launch_bounds__(kThreadsPerBlock) epilogueKernel(const __grid_constant__ EpilogueJob job) {
  const int64_t index = threadIndex();
  if (index < job.count / kCount) addBiasAndResidual<kCount, Value>(job, static_cast<unsigned>(index));
}

template <typename Value>
void launchEpilogueOf(const EpilogueJob& job, cudaStream_t stream) {
  constexpr int kVector = 16 / sizeof(Value);
  if (job.channels % kVector == 0) {
    epilogueKernel<kVector, Value><<<blocksFor(job.count / kVector), kThreadsPerBlock, 0, stream>>>(job);
  } else {
    epilogueKernel<1, Value><<<blocksFor(job.count), kThreadsPerBlock, 0, stream>>>(job);
  }
}

}  // namespace

void launchEpilogue(const EpilogueJob& job, Element element, cudaStream_t stream) {
  if (element == Element::kFloat) return launchEpilogueOf<float>(job, stream);
  if (element == Element::kHalf) return launchEpilogueOf<__half>(job, stream);
  launchEpilogueOf<__nv_bfloat16>(job, stream);
}

}  // namespace kinetorch::cuda
