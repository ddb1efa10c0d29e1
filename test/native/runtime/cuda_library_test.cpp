#include "native/runtime/cuda_library.h"

#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <gtest/gtest.h>
#include <torch/version.h>

namespace kinetorch {
namespace {

TEST(CudaLibrary, IsAbsentWithAReasonWhereLibTorchHasNoCuda) {
  if (c10::impl::hasDeviceGuardImpl(c10::kCUDA)) GTEST_SKIP() << "this LibTorch has CUDA";
  EXPECT_EQ(cudaLibrary(), nullptr);
  EXPECT_EQ(cudaLibraryReason(), "this LibTorch has no CUDA");
}

TEST(CudaLibrary, SaysWhatKeepsAFileFromBeingOpened) {
  const OpenedCudaLibrary missing = openCudaLibrary("/nonexistent/libkinetorch_cuda.so");
  EXPECT_EQ(missing.api, nullptr);
  EXPECT_NE(missing.reason.find("/nonexistent/libkinetorch_cuda.so"), std::string::npos) << missing.reason;
  const OpenedCudaLibrary other = openCudaLibrary("libm.so.6");
  EXPECT_EQ(other.api, nullptr);
  EXPECT_EQ(other.reason, "libm.so.6 has no kinetorchCudaApi");
}

TEST(CudaLibrary, RefusesOneOfAnotherBuild) {
  CudaApi api;
  api.version = kCudaApiVersion;
  api.torchVersion = TORCH_VERSION;
  EXPECT_EQ(whyUnfit(api), "");
  api.torchVersion = "1.0.0";
  EXPECT_EQ(whyUnfit(api), "was built for LibTorch 1.0.0; needed is " TORCH_VERSION);
  api.version = 999;
  EXPECT_EQ(whyUnfit(api), "has version 999 of the interface; needed is " + std::to_string(kCudaApiVersion));
}

}  // namespace
}  // namespace kinetorch
