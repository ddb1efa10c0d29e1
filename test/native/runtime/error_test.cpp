#include "native/runtime/error.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <functional>
#include <stdexcept>

namespace kinetorch {
namespace {

std::string codeOf(const std::function<void()>& action) {
  try {
    action();
  } catch (...) {
    return currentError("ERR_FALLBACK").code();
  }
  return "";
}

TEST(CurrentError, KeepsCodesAndGivesOthersTheFallback) {
  EXPECT_EQ(codeOf([] { throw Error("ERR_DEVICE", "x"); }), "ERR_DEVICE");
  EXPECT_EQ(codeOf([] { throw std::out_of_range("x"); }), "ERR_FALLBACK");
  EXPECT_EQ(codeOf([] { at::ones({2}).add(at::ones({3})); }), "ERR_FALLBACK");
  EXPECT_EQ(codeOf([] { throw 1; }), "ERR_FALLBACK");
}

TEST(CurrentError, KnowsTooLittleMemoryByItsTypesAndWords) {
  const std::string code = "ERR_OUT_OF_MEMORY";
  EXPECT_EQ(codeOf([] { TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory."); }), code);
  EXPECT_EQ(codeOf([] { throw std::bad_alloc(); }), code);
  EXPECT_EQ(codeOf([] { throw std::runtime_error("CUDA error: out of memory"); }), code);
  EXPECT_EQ(codeOf([] { throw std::runtime_error("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"); }), code);
}

// The interpreter throws a std::runtime_error with the words of what a network's operator threw.
TEST(CurrentError, KnowsTooLittleMemoryInsideATorchScriptNetwork) {
  EXPECT_EQ(codeOf([] { at::empty({int64_t{1} << 55}); }), "ERR_OUT_OF_MEMORY");
  torch::jit::Module module("Greedy");
  module.define("def forward(self, x: Tensor) -> Tensor:\n    return torch.zeros([36028797018963968])\n");
  EXPECT_EQ(codeOf([&] { module.forward({at::ones({1})}); }), "ERR_OUT_OF_MEMORY");
}

TEST(RanOutOfMemory, IsAskedWhereAnExceptionIsHandled) {
  const auto ranOut = [](const std::function<void()>& action) {
    try {
      action();
    } catch (...) {
      return ranOutOfMemory();
    }
    return false;
  };
  EXPECT_TRUE(ranOut([] { throw std::bad_alloc(); }));
  EXPECT_TRUE(ranOut([] { throw Error("ERR_OUT_OF_MEMORY", "x"); }));
  EXPECT_FALSE(ranOut([] { throw Error("ERR_DEVICE", "x"); }));
  EXPECT_FALSE(ranOut([] { throw std::runtime_error("x"); }));
}

}  // namespace
}  // namespace kinetorch
