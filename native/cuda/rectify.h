#pragma once

#include <cmath>

#include "native/cuda/host_device.h"

namespace kinetorch::cuda {

// Not below `least`: 0 for ReLU, minus infinity for none. As LibTorch's ReLU it lets NaN through.
KINETORCH_HOST_DEVICE float rectify(float value, float least) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  float largest;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(largest) : "f"(value), "f"(least));
  return largest;
#else
  return value < least ? least : value;
#endif
}

KINETORCH_HOST_DEVICE float leastValue(bool relu) { return relu ? 0.0F : -HUGE_VALF; }

}  // namespace kinetorch::cuda
