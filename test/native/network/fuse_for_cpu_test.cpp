#include "native/network/passes/fuse_for_cpu.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>
#include <vector>

#include "native/network/batch_sharing.h"
#include "native/network/operators/float32_layer.h"
#include "test/native/network/frozen_graph.h"
#include "test/native/support/relative_error.h"

namespace kinetorch::network {
namespace {

constexpr int64_t kChannels = 5;

// A module of these methods, with weights w (kChannels to kChannels, 1×3×3), v (3×1×1) and bias b.
torch::jit::Module moduleOf(const std::string& body) {
  at::manual_seed(6);
  torch::jit::Module module("Fused");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("w", at::randn({kChannels, kChannels, 1, 3, 3}), false);
  module.register_parameter("v", at::randn({kChannels, kChannels, 3, 1, 1}), false);
  module.register_parameter("b", at::randn({kChannels}), false);
  module.define("def forward(self, x: Tensor) -> Tensor:\n" + body);
  module.eval();
  return module;
}

constexpr const char* kSpatial = "torch.conv3d(x, self.w, self.b, [1, 1, 1], [0, 1, 1], [1, 1, 1], 1)";

struct Rewritten {
  size_t convolutions;
  std::string operators;
  double error;  // largest difference, relative to the largest output
};

Rewritten rewrite(const std::string& body, const at::Tensor& clips = at::randn({2, kChannels, 4, 6, 7})) {
  const c10::InferenceMode guard;
  const test::FrozenGraph network(moduleOf(body));
  const at::Tensor expected = network.run(clips);
  const auto context = std::make_shared<ConvolutionContext>(Optimization::kFast, "", int64_t{1} << 30);
  Rewritten result;
  result.convolutions = fuseForCpu(network.graph(), context).size();
  result.operators = network.operators();
  const at::Tensor found = network.run(clips);
  EXPECT_EQ(found.sizes(), expected.sizes());
  result.error = test::relativeError(found, expected);
  return result;
}

bool has(const Rewritten& result, const std::string& text) { return result.operators.find(text) != std::string::npos; }

TEST(FuseForCpu, FoldsTheAdditionAndReluThatFollow) {
  const std::string convolution = std::string("    y = ") + kSpatial + "\n";
  for (const char* rest :
       {"    return torch.relu_(y)\n", "    return torch.relu(y)\n", "    return torch.relu_(y.add_(x))\n",
        "    return torch.relu(torch.add(y, x))\n", "    return torch.relu(torch.add(x, y))\n", "    return y\n"}) {
    const Rewritten result = rewrite(convolution + rest);
    EXPECT_EQ(result.convolutions, 1U);
    EXPECT_FALSE(has(result, "aten::conv3d") || has(result, "aten::relu") || has(result, "aten::add"))
        << result.operators;
    EXPECT_LE(result.error, 1e-4) << rest;
  }
}

TEST(FuseForCpu, LeavesWhatOthersSee) {
  const std::string convolution = std::string("    y = ") + kSpatial + "\n";
  for (const char* rest : {
           "    return torch.relu(y) + y\n",  // the values before ReLU
           "    z = torch.add(y, x)\n    return torch.relu(z) + z\n",
           "    return torch.add(y, x, alpha=2)\n",     // not a plain addition
           "    return torch.relu(torch.add(y, y))\n",  // no residual
           "    z = x * 2\n    z.add_(y)\n    return torch.relu(z) + z\n",
           "    return torch.relu(y + x.mean([2, 3, 4], True))\n",  // of another shape
       }) {
    EXPECT_LE(rewrite(convolution + rest).error, 1e-4) << rest;
  }
}

TEST(FuseForCpu, RunsBeforeItsInputIsOverwritten) {
  const std::string body =
      std::string("    x = x * 1\n    y = ") + kSpatial + "\n    x.mul_(3)\n    return torch.relu(torch.add(y, x))\n";
  const Rewritten result = rewrite(body);
  EXPECT_EQ(result.convolutions, 1U);
  EXPECT_LE(result.error, 1e-4) << result.operators;
}

TEST(FuseForCpu, MatchesInsideBranchesAndWithoutABias) {
  const Rewritten result = rewrite(
      "    if x.size(0) > 1:\n"
      "        x = torch.relu(torch.conv3d(x, self.w, None, [1, 2, 2], [0, 1, 1], [1, 1, 1], 1))\n"
      "    return torch.conv3d(x, self.v, None, [1, 1, 1], [1, 0, 0], [1, 1, 1], 1)\n");
  EXPECT_EQ(result.convolutions, 2U);
  EXPECT_LE(result.error, 1e-4);
}

TEST(FuseForCpu, MatchesTracedConvolutions) {
  const Rewritten result = rewrite(
      "    y = torch._convolution(x, self.w, self.b, [1, 1, 1], [0, 1, 1], [1, 1, 1], False, [0, 0, 0], 1, False, "
      "False, "
      "True, True)\n"
      "    return torch._convolution(y, self.w, None, [1, 1, 1], [0, 0, 0], [1, 1, 1], True, [0, 0, 0], 1, False, "
      "False, "
      "True, True)\n");
  EXPECT_EQ(result.convolutions, 1U);  // the second is transposed
  EXPECT_LE(result.error, 1e-4);
}

TEST(FuseForCpu, LeavesDilationAlone) {
  EXPECT_EQ(rewrite("    return torch.conv3d(x, self.w, self.b, [1, 1, 1], [0, 1, 1], [1, 2, 2], 1)\n").convolutions,
            0U);
}

TEST(FuseForCpu, TakesOneClipWithoutABatch) {
  const Rewritten result =
      rewrite(std::string("    return torch.relu(torch.add(") + kSpatial + ", x))\n", at::randn({kChannels, 4, 6, 7}));
  EXPECT_EQ(result.convolutions, 1U);
  EXPECT_LE(result.error, 1e-4);
}

// A network may select clips, and find none.
TEST(FuseForCpu, GivesNothingForNoClipsAndRefusesClipsBelowItsKernel) {
  const c10::InferenceMode guard;
  const auto context = std::make_shared<ConvolutionContext>(Optimization::kFast, "", int64_t{1} << 30);
  const kernels::ConvLayer layer{8, 16, {3, 3, 3}, {1, 1, 1}, {0, 0, 0}, 1};
  CpuConvolution convolution(
      std::make_unique<Float32Layer>(at::randn({16, 8, 3, 3, 3}), at::Tensor(), layer, context), false, context);
  EXPECT_EQ(convolution.run(at::randn({0, 8, 4, 6, 7}), at::Tensor()).sizes(), (std::vector<int64_t>{0, 16, 2, 4, 5}));
  EXPECT_THROW(convolution.run(at::randn({1, 8, 4, 2, 7}), at::Tensor()), c10::Error);
  EXPECT_THROW(convolution.run(at::randn({1, 8, 4, 0, 7}), at::Tensor()), c10::Error);
}

// Threads may run a network at once only where it changes nothing that they share.
TEST(BatchSharing, IsForNetworksThatKeepNothing) {
  const auto canShare = [](const std::string& body) {
    torch::jit::Module module("Network");
    module.register_buffer("seen", at::zeros({1}));
    module.define("def forward(self, x):\n" + body);
    module.eval();
    return canShareClips(torch::jit::freeze(module, std::vector<std::string>{"seen"}).get_method("forward").graph());
  };
  EXPECT_TRUE(canShare("    return torch.relu_(x + 1)\n"));
  EXPECT_TRUE(canShare("    return x + self.seen\n"));
  EXPECT_FALSE(canShare("    self.seen.add_(1)\n    return x\n"));
  EXPECT_FALSE(canShare("    self.seen = self.seen + 1\n    return x\n"));
  EXPECT_FALSE(canShare("    if x.size(0) > 1:\n        self.seen.add_(1)\n    return x\n"));
}

}  // namespace
}  // namespace kinetorch::network
