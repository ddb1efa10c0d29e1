#include "native/runtime/device.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "native/runtime/device_memory.h"
#include "native/runtime/error.h"
#include "native/runtime/runtime_info.h"

namespace kinetorch {
namespace {

// "CODE message"; empty where nothing is thrown.
std::string failureOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code() + " " + error.what();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Device, ResolvesNames) {
  EXPECT_EQ(resolveDevice("cpu"), c10::Device(c10::kCPU));
  EXPECT_EQ(resolveDevices("cpu"), std::vector<c10::Device>{c10::kCPU});
  EXPECT_EQ(resolveDevices("auto").size(), 1u);
}

TEST(Device, RefusesOtherNames) {
  for (const char* name : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda:1000", "cpu:0"}) {
    const std::string failure = failureOf([&] { resolveDevices(name); });
    EXPECT_TRUE(has(failure, "ERR_DEVICE expected `device` to be 'auto', 'cpu', 'cuda', 'cuda:N' or 'cuda:*'")) << name;
    EXPECT_TRUE(has(failure, "received \"" + std::string(name) + "\"")) << failure;
  }
  // One device alone was asked for.
  EXPECT_TRUE(has(failureOf([] { resolveDevice("cuda:*"); }), "'cuda' or 'cuda:N' but received \"cuda:*\""));
}

TEST(Device, SaysWhyThereIsNoCuda) {
  const RuntimeInfo info = runtimeInfo();
  if (!info.cudaDevices.empty()) GTEST_SKIP() << "this machine has CUDA devices";
  EXPECT_FALSE(info.cudaReason.empty());
  for (const char* name : {"cuda", "cuda:3", "cuda:*"}) {
    const std::string failure = failureOf([&] { resolveDevices(name); });
    EXPECT_TRUE(has(failure, "ERR_DEVICE expected a CUDA device for \"" + std::string(name) + "\"")) << failure;
    EXPECT_TRUE(has(failure, info.cudaReason)) << failure;
  }
}

TEST(Device, RefusesAnIndexBeyondTheLast) {
  const size_t count = runtimeInfo().cudaDevices.size();
  if (count == 0) GTEST_SKIP() << "this machine has no CUDA device";
  const std::string name = "cuda:" + std::to_string(count);
  EXPECT_TRUE(has(failureOf([&] { resolveDevice(name); }), "below " + std::to_string(count)));
}

TEST(DeviceMemory, HasALimitOnCudaAlone) {
  releaseCachedMemory(c10::kCPU);
  const std::string failure = failureOf([] { limitMemory(c10::kCPU, 1 << 30); });
  EXPECT_EQ(failure, "ERR_UNSUPPORTED expected a CUDA device for `memoryLimit` but the device is cpu");
}

}  // namespace
}  // namespace kinetorch
