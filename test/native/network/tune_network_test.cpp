#include "native/network/tune_network.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include "test/native/network/lively_network.h"
#include "test/native/support/relative_error.h"

namespace kinetorch::network {
namespace {

using test::kLivelyClasses;
using test::relativeError;
using test::smallClips;
using test::smallInput;

// A network as it is before tuning, and what it gives for a clip.
struct Plain {
  explicit Plain(const torch::jit::Module& module, c10::ScalarType precision = at::kFloat)
      : network(freezeNetwork(module.deepcopy(), at::kCPU, {at::kFloat, precision}), smallInput(),
                at::TensorOptions(precision), {precision}) {
    network.takeChannelsLast();
    run.clip = smallClips(1).to(precision);
    run.output = network.logits(run.clip);
  }

  TorchScriptNetwork network;
  PlainRun run;
};

class TunedNetwork : public testing::TestWithParam<const char*> {
 protected:
  const c10::InferenceMode guard_;
};

// What is done to a network on CUDA, on the CPU, where LibTorch's operators do the rest.
TEST_P(TunedNetwork, GivesTheSameRewrittenForCuda) {
  torch::jit::Module module = test::lively(GetParam(), kLivelyClasses);
  Plain plain(module);
  rewriteForCuda(plain.network, plain.run);
  EXPECT_TRUE(plain.network.warnings().empty());
  const at::Tensor input = smallClips(2);
  EXPECT_LE(relativeError(plain.network.logits(input), module.forward({input}).toTensor()), 1e-4);
}

// Each thread its clips, at once or one after another, and all threads for what is left over.
TEST_P(TunedNetwork, GivesTheSameWhenABatchIsSharedByClips) {
  const int threads = at::get_num_threads();
  at::set_num_threads(2);
  torch::jit::Module module = test::lively(GetParam(), kLivelyClasses);
  OptimizeOptions options;
  options.measureMs = 50;
  options.maxWeightBytes = int64_t{1} << 30;
  for (const BatchSharing sharing : {BatchSharing::kClips, BatchSharing::kParts, BatchSharing::kLayers}) {
    Plain plain(module);
    CpuTuner tuner(plain.network, options);
    ASSERT_TRUE(tuner.takeKernels(plain.run));
    tuner.share(sharing);
    tuner.finish();
    for (const int64_t count : {1, 2, 3, 4, 5}) {
      const at::Tensor input = smallClips(count);
      const at::Tensor expected = module.forward({input}).toTensor();
      EXPECT_LE(relativeError(plain.network.logits(input), expected), 1e-4);
      const OutputTensors outputs = plain.network.run(input, {Output::kEmbedding, Output::kFeatures});
      ASSERT_EQ(outputs[Output::kEmbedding].size(0), count);
      EXPECT_LE(relativeError(outputs[Output::kFeatures].mean({2, 3, 4}), outputs[Output::kEmbedding]), 1e-5);
    }
    EXPECT_THROW(plain.network.logits(at::randn({4, 2, 4, 32, 32})), std::exception);
  }
  at::set_num_threads(threads);
}

INSTANTIATE_TEST_SUITE_P(Architectures, TunedNetwork, testing::Values("r2plus1d_dw", "ip_csn_26", "mc3_18"),
                         [](const auto& info) { return std::string(info.param); });

// With widths that are padded in half precision.
TEST(TuneNetwork, GivesTheSameRewrittenForCudaInHalfPrecision) {
  const c10::InferenceMode guard;
  torch::jit::Module module("Narrow");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("a", at::randn({20, 3, 1, 3, 3}), false);
  module.register_parameter("b", at::randn({kLivelyClasses, 20, 3, 1, 1}), false);
  module.define(R"(
def forward(self, x: Tensor) -> Tensor:
    return torch.mean(torch.conv3d(torch.relu(torch.conv3d(x, self.a)), self.b), [2, 3, 4])
)");
  const at::Tensor input = smallClips(2);
  Plain rewritten(module, at::kBFloat16);
  rewriteForCuda(rewritten.network, rewritten.run);
  EXPECT_TRUE(rewritten.network.warnings().empty());
  const at::Tensor expected = Plain(module).network.logits(input);
  EXPECT_LE(relativeError(rewritten.network.logits(input.to(at::kBFloat16)), expected), 5e-2);
}

}  // namespace
}  // namespace kinetorch::network
