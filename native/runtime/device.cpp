#include "native/runtime/device.h"

#include "native/runtime/error.h"
#include "native/runtime/runtime_info.h"

namespace kinetorch {

namespace {

// Digits after "cuda:"; -1 where there is anything else.
int deviceIndex(const std::string& name) {
  const std::string digits = name.substr(5);
  if (digits.empty() || digits.size() > 2 || digits.find_first_not_of("0123456789") != std::string::npos) return -1;
  return std::stoi(digits);
}

c10::Device cudaDevice(int index) { return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)}; }

// How many there are, one at least.
int cudaCount(const std::string& name, const RuntimeInfo& info) {
  if (info.cudaDevices.empty()) {
    throw Error("ERR_DEVICE", "expected a CUDA device for \"" + name + "\" but " + info.cudaReason);
  }
  return static_cast<int>(info.cudaDevices.size());
}

c10::Device resolve(const std::string& name, const char* expected) {
  if (name == "cpu") return c10::Device(c10::kCPU);
  const RuntimeInfo info = runtimeInfo();
  if (name == "auto") return info.cudaDevices.empty() ? c10::Device(c10::kCPU) : cudaDevice(0);
  const int index = name == "cuda" ? 0 : name.rfind("cuda:", 0) == 0 ? deviceIndex(name) : -1;
  if (index < 0) {
    throw Error("ERR_DEVICE", "expected `device` to be " + std::string(expected) + " but received \"" + name + "\"");
  }
  const int count = cudaCount(name, info);
  if (index >= count) {
    throw Error("ERR_DEVICE", "expected a CUDA device below " + std::to_string(count) +
                                  ", as many as this process sees, but received \"" + name + "\"");
  }
  return cudaDevice(index);
}

}  // namespace

c10::Device resolveDevice(const std::string& name) { return resolve(name, "'auto', 'cpu', 'cuda' or 'cuda:N'"); }

std::vector<c10::Device> resolveDevices(const std::string& name) {
  if (name != "cuda:*") return {resolve(name, "'auto', 'cpu', 'cuda', 'cuda:N' or 'cuda:*'")};
  std::vector<c10::Device> devices;
  const int count = cudaCount(name, runtimeInfo());
  for (int i = 0; i < count; ++i) devices.push_back(cudaDevice(i));
  return devices;
}

c10::ScalarType resolvePrecision(const std::string& name, c10::Device device) {
  if (name == "float32") return c10::kFloat;
  if (name == "bfloat16") return c10::kBFloat16;
  if (name == "auto") return device.is_cuda() ? c10::kHalf : c10::kFloat;
  if (name == "float16") {
    if (device.is_cuda()) return c10::kHalf;
    throw Error("ERR_UNSUPPORTED",
                "expected a CUDA device for `precision` \"float16\" but the device is cpu; "
                "use 'bfloat16' or 'float32' there");
  }
  throw Error("ERR_INVALID_ARGUMENT",
              "expected `precision` to be 'auto', 'float32', 'float16' or 'bfloat16' but received \"" + name + "\"");
}

std::string deviceName(c10::Device device) { return device.str(); }

std::string precisionName(c10::ScalarType precision) {
  return precision == c10::kHalf ? "float16" : precision == c10::kBFloat16 ? "bfloat16" : "float32";
}

}  // namespace kinetorch
