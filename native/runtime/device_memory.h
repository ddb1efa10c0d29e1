#pragma once

#include <c10/core/Device.h>

#include <cstdint>

namespace kinetorch {

// Gives back what LibTorch keeps of a device's freed memory for later, where it can: not while another thread captures
// a graph, nor once the device has failed. A CPU's allocator does so by itself before it fails.
void releaseCachedMemory(c10::Device device) noexcept;

// Bounds what this process, all of its models together, may take of a CUDA device's memory; the last bound holds.
// Throws ERR_UNSUPPORTED for a CPU, and without the CUDA library.
void limitMemory(c10::Device device, int64_t bytes);

}  // namespace kinetorch
