#include "native/runtime/device_memory.h"

#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <string>

#include "native/runtime/cuda_library.h"
#include "native/runtime/error.h"

namespace kinetorch {

void releaseCachedMemory(c10::Device device) noexcept {
  if (device.is_cpu()) return;
  try {
    c10::getDeviceAllocator(device.type())->emptyCache();
  } catch (const std::exception&) {
    // It was to help; what comes next tells whether there is enough.
  }
}

void limitMemory(c10::Device device, int64_t bytes) {
  if (!device.is_cuda()) {
    throw Error("ERR_UNSUPPORTED", "expected a CUDA device for `memoryLimit` but the device is " + device.str());
  }
  // LibTorch's device-generic allocator tells how much memory there is, and has no bound.
  const CudaApi* const cuda = cudaLibrary();
  if (cuda == nullptr) {
    throw Error("ERR_UNSUPPORTED", "expected Kinetorch's CUDA library for `memoryLimit` but " + cudaLibraryReason());
  }
  const size_t total = c10::getDeviceAllocator(device.type())->getMemoryInfo(device.index()).second;
  cuda->setMemoryFraction(std::min(1.0, static_cast<double>(bytes) / static_cast<double>(total)), device.index());
}

}  // namespace kinetorch
