// Networks on a CUDA device against the same ones on the CPU. Skipped where there is none.
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "native/model/serialize_module.h"
#include "native/network/load_network.h"
#include "native/runtime/runtime_info.h"
#include "test/native/network/lively_network.h"
#include "test/native/support/relative_error.h"

namespace kinetorch::network {
namespace {

const at::Device kDevice(at::kCUDA, 0);

preprocessing::InputSpec cudaInput() {
  preprocessing::InputSpec input;
  input.frames = 8;
  input.height = 32;
  input.width = 32;
  return input;
}

at::Tensor cudaClips(int64_t count) { return at::randn({count, 3, 8, 32, 32}); }

class CudaNetwork : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const RuntimeInfo info = runtimeInfo();
    if (info.cudaDevices.empty()) GTEST_SKIP() << "no CUDA device: " << info.cudaReason;
    model_ = model::serializeModule(test::lively(GetParam(), test::kLivelyClasses), "{}");
    reference_ = load(at::kCPU, at::kFloat, Optimization::kOff);
  }

  std::unique_ptr<Network> load(c10::Device device, c10::ScalarType precision, Optimization level) const {
    OptimizeOptions optimize;
    optimize.level = level;
    return loadNetwork(model::ModelFile::open({"", model_}), cudaInput(), {test::kLivelyClasses, {}}, device, precision,
                       optimize);
  }

  // Against float32 on the CPU, in batches of these sizes.
  void expectTheSame(Network& network, c10::ScalarType precision, double tolerance, const std::vector<int64_t>& sizes) {
    const c10::InferenceMode guard;
    EXPECT_TRUE(network.warnings().empty());
    for (const int64_t size : sizes) {
      const at::Tensor batch = cudaClips(size);
      const at::Tensor onDevice = batch.contiguous(at::MemoryFormat::ChannelsLast3d).to(kDevice, precision);
      EXPECT_LE(test::relativeError(network.logits(onDevice).cpu(), reference_->logits(batch)), tolerance) << size;
    }
  }

 private:
  std::vector<uint8_t> model_;
  std::unique_ptr<Network> reference_;
};

TEST_P(CudaNetwork, GivesTheSameInFloat32) {
  expectTheSame(*load(kDevice, at::kFloat, Optimization::kFast), at::kFloat, 1e-4, {1, 3});
}

// First with what is new at every size; then warmed up, as graphs where there is our library.
TEST_P(CudaNetwork, GivesTheSameInFloat16) {
  const std::unique_ptr<Network> network = load(kDevice, at::kHalf, Optimization::kFast);
  expectTheSame(*network, at::kHalf, 5e-3, {1, 3});
  network->warmUp({1, 2, 4, 8});
  expectTheSame(*network, at::kHalf, 5e-3, {1, 2, 3, 4, 8, 1});
}

TEST_P(CudaNetwork, GivesTheSameInBfloat16) {
  expectTheSame(*load(kDevice, at::kBFloat16, Optimization::kFast), at::kBFloat16, 5e-2, {1, 3});
}

TEST_P(CudaNetwork, GivesTheSameAsLibTorchRunsIt) {
  expectTheSame(*load(kDevice, at::kHalf, Optimization::kOff), at::kHalf, 5e-3, {2});
}

INSTANTIATE_TEST_SUITE_P(Architectures, CudaNetwork, testing::ValuesIn(test::everyKindOfArchitecture()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace kinetorch::network
