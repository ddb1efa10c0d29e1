#pragma once

#include <cstdint>
#include <cstring>

#include "native/cuda/host_device.h"

#ifdef __CUDACC__
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#endif

namespace kinetorch::cuda {

// Values side by side, as one instruction loads and stores them: 2, 4, 8 or 16 bytes, aligned to their size. They stay
// packed until they are used, as half as many registers hold them so.
template <typename Value, int kCount>
struct Packed {
  static constexpr int kBytes = kCount * static_cast<int>(sizeof(Value));
  static constexpr int kWords = kBytes < 4 ? 1 : kBytes / 4;
  uint32_t words[kWords];
};

// From memory that nobody writes while the kernel runs, but this thread the same place afterwards.
template <typename Value, int kCount>
KINETORCH_HOST_DEVICE Packed<Value, kCount> load(const void* from) {
  Packed<Value, kCount> packed;
#ifdef __CUDA_ARCH__
  if constexpr (packed.kBytes == 16) {
    const uint4 word = __ldg(static_cast<const uint4*>(from));
    packed.words[0] = word.x;
    packed.words[1] = word.y;
    packed.words[2] = word.z;
    packed.words[3] = word.w;
  } else if constexpr (packed.kBytes == 8) {
    const uint2 word = __ldg(static_cast<const uint2*>(from));
    packed.words[0] = word.x;
    packed.words[1] = word.y;
  } else if constexpr (packed.kBytes == 4) {
    packed.words[0] = __ldg(static_cast<const unsigned*>(from));
  } else {
    packed.words[0] = __ldg(static_cast<const unsigned short*>(from));
  }
#else
  std::memcpy(packed.words, from, packed.kBytes);
#endif
  return packed;
}

template <typename Value, int kCount>
KINETORCH_HOST_DEVICE void store(const Packed<Value, kCount>& packed, void* to) {
#ifdef __CUDA_ARCH__
  if constexpr (packed.kBytes == 16) {
    __stwb(static_cast<uint4*>(to), make_uint4(packed.words[0], packed.words[1], packed.words[2], packed.words[3]));
  } else if constexpr (packed.kBytes == 8) {
    __stwb(static_cast<uint2*>(to), make_uint2(packed.words[0], packed.words[1]));
  } else if constexpr (packed.kBytes == 4) {
    __stwb(static_cast<unsigned*>(to), packed.words[0]);
  } else {
    __stwb(static_cast<unsigned short*>(to), static_cast<unsigned short>(packed.words[0]));
  }
#else
  std::memcpy(to, packed.words, packed.kBytes);
#endif
}

#ifdef __CUDA_ARCH__
constexpr bool kOnDevice = true;
#else
constexpr bool kOnDevice = false;
#endif

#ifdef __CUDACC__
__device__ __forceinline__ void unpackPair(uint32_t word, float* to, __half) {
  asm("{.reg .f16 low, high; mov.b32 {low, high}, %2; cvt.f32.f16 %0, low; cvt.f32.f16 %1, high;}"
      : "=f"(to[0]), "=f"(to[1])
      : "r"(word));
}

__device__ __forceinline__ void unpackPair(uint32_t word, float* to, __nv_bfloat16) {
  to[0] = __uint_as_float(word << 16);
  to[1] = __uint_as_float(word & 0xffff0000U);
}

__device__ __forceinline__ uint32_t packPair(const float* from, __half) {
  const __half2 pair = __floats2half2_rn(from[0], from[1]);
  return *reinterpret_cast<const uint32_t*>(&pair);
}

__device__ __forceinline__ uint32_t packPair(const float* from, __nv_bfloat16) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(from[0], from[1]);
  return *reinterpret_cast<const uint32_t*>(&pair);
}
#endif

template <typename Value, int kCount>
KINETORCH_HOST_DEVICE void unpack(const Packed<Value, kCount>& packed, float* to) {
  if constexpr (kOnDevice && sizeof(Value) == 2 && kCount > 1) {
    KINETORCH_UNROLL
    for (int i = 0; i < packed.kWords; ++i) unpackPair(packed.words[i], to + 2 * i, Value());
  } else {
    Value values[kCount];
    memcpy(static_cast<void*>(values), packed.words, packed.kBytes);
    KINETORCH_UNROLL
    for (int i = 0; i < kCount; ++i) to[i] = static_cast<float>(values[i]);
  }
}

// Rounds to the nearest, half to even.
template <typename Value, int kCount>
KINETORCH_HOST_DEVICE Packed<Value, kCount> pack(const float* from) {
  Packed<Value, kCount> packed;
  if constexpr (kOnDevice && sizeof(Value) == 2 && kCount > 1) {
    KINETORCH_UNROLL
    for (int i = 0; i < packed.kWords; ++i) packed.words[i] = packPair(from + 2 * i, Value());
  } else {
    Value values[kCount];
    KINETORCH_UNROLL
    for (int i = 0; i < kCount; ++i) values[i] = static_cast<Value>(from[i]);
    memcpy(packed.words, static_cast<const void*>(values), packed.kBytes);
  }
  return packed;
}

}  // namespace kinetorch::cuda
