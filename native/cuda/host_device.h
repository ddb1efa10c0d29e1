// Note [The same code on both sides]
// What one thread of a kernel does is a function of its index, compiled for the device by nvcc and for the host by any
// compiler. So test/native/cuda_*_test.cpp can run every thread of a launch on a CPU, one after the other, and compare
// the whole with a reference; no thread needs another's results. Element types are those that convert to and from
// float: __half and __nv_bfloat16 on the device, c10::Half and c10::BFloat16 on the host.
#pragma once

#ifdef __CUDACC__
#define KINETORCH_HOST_DEVICE __host__ __device__ __forceinline__
#define KINETORCH_UNROLL _Pragma("unroll")
#else
#define KINETORCH_HOST_DEVICE inline
#define KINETORCH_UNROLL
#endif

namespace kinetorch::cuda {

// Keeps a value in its register. The compiler would rather compute addresses again each time, in more instructions
// than the work itself has.
template <typename Value>
KINETORCH_HOST_DEVICE Value kept(Value value) {
#ifdef __CUDA_ARCH__
  if constexpr (sizeof(Value) == 8) {
    asm volatile("" : "+l"(value));
  } else {
    asm volatile("" : "+r"(value));
  }
#endif
  return value;
}

}  // namespace kinetorch::cuda
