#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <string>
#include <vector>

namespace kinetorch {

// 'auto' | 'cpu' | 'cuda' | 'cuda:N' -> a device that this machine has. Throws ERR_DEVICE.
c10::Device resolveDevice(const std::string& name);

// The same, and 'cuda:*' -> all CUDA devices that this process sees.
std::vector<c10::Device> resolveDevices(const std::string& name);

// 'auto' | 'float32' | 'float16' | 'bfloat16'; auto is float32 on a CPU and float16 on CUDA.
c10::ScalarType resolvePrecision(const std::string& name, c10::Device device);

std::string deviceName(c10::Device device);
std::string precisionName(c10::ScalarType precision);

}  // namespace kinetorch
