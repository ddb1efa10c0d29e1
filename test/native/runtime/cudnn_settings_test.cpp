#include "native/runtime/cudnn_settings.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <string>

#include "native/runtime/error.h"

namespace kinetorch {
namespace {

std::string complaint(long version, c10::ScalarType precision) {
  try {
    checkCudnn(version, precision);
  } catch (const Error& error) {
    return error.code() + ' ' + error.what();
  }
  return "";
}

TEST(CudnnSettings, RefuseHalfPrecisionBelow915) {
  for (const c10::ScalarType precision : {c10::kHalf, c10::kBFloat16}) {
    for (const long version : {8907L, 90800L, 91002L, 91499L, 0L}) {
      EXPECT_EQ(complaint(version, precision).rfind("ERR_DEVICE ", 0), 0U) << version;
    }
    for (const long version : {91500L, 91501L, 92000L, 100000L}) EXPECT_EQ(complaint(version, precision), "");
  }
  for (const long version : {0L, 91002L, 91600L}) EXPECT_EQ(complaint(version, c10::kFloat), "");
}

TEST(CudnnSettings, SayWhatWasFoundAndWhatHelps) {
  const std::string text = complaint(91002, c10::kHalf);
  for (const char* part : {"9.15.0", "9.10.2", "\"float16\"", "'float32'"}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
  EXPECT_NE(complaint(0, c10::kHalf).find("found none"), std::string::npos);
}

// They are LibTorch's and the process's, with or without a device.
TEST(CudnnSettings, AreForCudaAlone) {
  at::Context& context = at::globalContext();
  context.setBenchmarkCuDNN(false);
  configureCudnn(c10::kCPU, c10::kHalf);
  EXPECT_FALSE(context.benchmarkCuDNN());
  configureCudnn(c10::Device(c10::kCUDA, 0), c10::kFloat);
  EXPECT_TRUE(context.benchmarkCuDNN());
  EXPECT_FALSE(context.allowTF32CuDNN(at::Float32Op::CONV));
}

}  // namespace
}  // namespace kinetorch
