#include "native/network/passes/fuse_for_cuda.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "native/network/operators/cuda_convolution.h"
#include "native/network/passes/pad_channels.h"
#include "native/runtime/cuda_api.h"
#include "test/native/network/frozen_graph.h"
#include "test/native/network/lively_network.h"
#include "test/native/support/relative_error.h"

namespace kinetorch::network {
namespace {

using test::FrozenGraph;

// A library whose kernels are LibTorch's operators on the CPU; it counts what is asked of it.
struct FakeLibrary {
  FakeLibrary() {
    depthwise = 0;
    epilogues = 0;
    api.supportsDepthwise = [](const at::Tensor& input, const at::Tensor& weight, at::IntArrayRef, at::IntArrayRef,
                               at::IntArrayRef dilation) {
      return input.size(1) == weight.size(0) && weight.size(1) == 1 && dilation == at::IntArrayRef({1, 1, 1}) &&
             input.is_contiguous(at::MemoryFormat::ChannelsLast3d);
    };
    api.depthwise = [](const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                       const at::Tensor& residual, at::IntArrayRef stride, at::IntArrayRef padding, bool relu) {
      ++depthwise;
      EXPECT_TRUE(weight.permute({1, 2, 3, 4, 0}).is_contiguous());
      at::Tensor out = at::conv3d(input, weight.contiguous(), bias, stride, padding, 1, weight.size(0));
      if (residual.defined()) {
        EXPECT_EQ(residual.sizes(), out.sizes());
        EXPECT_TRUE(residual.is_contiguous(at::MemoryFormat::ChannelsLast3d));
        out.add_(residual);
      }
      return relu ? out.relu_() : out;
    };
    api.biasResidualRelu = [](at::Tensor& x, const at::Tensor& bias, const at::Tensor& residual, bool relu) {
      ++epilogues;
      EXPECT_TRUE(x.is_contiguous(at::MemoryFormat::ChannelsLast3d));
      if (bias.defined()) x.add_(bias.view({-1, 1, 1, 1}));
      if (residual.defined()) {
        EXPECT_EQ(residual.sizes(), x.sizes());
        EXPECT_TRUE(residual.is_contiguous(at::MemoryFormat::ChannelsLast3d));
        x.add_(residual);
      }
      if (relu) x.relu_();
    };
  }

  CudaApi api;
  static int depthwise;
  static int epilogues;
};

int FakeLibrary::depthwise = 0;
int FakeLibrary::epilogues = 0;

double rewrittenError(const FrozenGraph& network, const at::Tensor& clips, const CudaApi* library) {
  const c10::InferenceMode guard;
  const at::Tensor expected = network.run(clips);
  padChannels(network.graph());
  fuseForCuda(network.graph(), library);
  EXPECT_TRUE(network.convolutions().empty());
  return test::relativeError(network.run(clips), expected);
}

class NetworkFusedForCuda : public testing::TestWithParam<std::string> {};

TEST_P(NetworkFusedForCuda, GivesTheSame) {
  const FrozenGraph network(test::lively(GetParam(), 5));
  EXPECT_LE(rewrittenError(network, at::randn({1, 3, 8, 32, 32}), nullptr), 1e-5);
  // Nothing is left beside the convolutions that they could do; an addition of r2plus1d_16 is not behind one, and
  // efficientnet_lite0 adds sizes.
  const std::string operators = network.operators();
  EXPECT_EQ(operators.find("aten::relu"), std::string::npos) << operators;
  const bool addsElsewhere = GetParam() == "r2plus1d_16" || GetParam() == "efficientnet_lite0";
  EXPECT_EQ(operators.find("aten::add") != std::string::npos, addsElsewhere) << operators;
}

TEST_P(NetworkFusedForCuda, GivesTheSameWithALibrary) {
  const FakeLibrary library;
  const FrozenGraph network(test::lively(GetParam(), 5));
  EXPECT_LE(rewrittenError(network, at::randn({1, 3, 8, 32, 32}), &library.api), 1e-5);
  EXPECT_GT(FakeLibrary::epilogues, 0);
  const std::set<std::string> others{"r2plus1d_dw", "mobilenet_v2", "efficientnet_lite0"};
  const bool isDepthwise = GetParam().find("csn") != std::string::npos || others.count(GetParam()) > 0;
  EXPECT_EQ(FakeLibrary::depthwise > 0, isDepthwise);
}

INSTANTIATE_TEST_SUITE_P(Architectures, NetworkFusedForCuda, testing::ValuesIn(test::everyKindOfArchitecture()),
                         [](const auto& info) { return info.param; });

// `forward` of weights w (8 to 8, 1×3×3), d (8 in 8 groups) and bias b.
double errorOf(const std::string& body, const at::Tensor& clips, const CudaApi* library) {
  at::manual_seed(6);
  torch::jit::Module module("Fused");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("w", at::randn({8, 8, 1, 3, 3}), false);
  module.register_parameter("d", at::randn({8, 1, 3, 3, 3}), false);
  module.register_parameter("b", at::randn({8}), false);
  module.define("def forward(self, x: Tensor) -> Tensor:\n" + body);
  return rewrittenError(FrozenGraph(module), clips, library);
}

constexpr const char* kConvolution = "torch.conv3d(x, self.w, self.b, [1, 1, 1], [0, 1, 1])";

// With the library's kernels where they can, and LibTorch's operators for what else a network may do.
TEST(FuseForCuda, TakesAnyConvolutionAndResidual) {
  const FakeLibrary library;
  const at::Tensor batch = at::randn({2, 8, 4, 6, 7});
  for (const std::string& body : {
           std::string("    return ") + kConvolution + "\n",
           std::string("    return torch.relu(") + kConvolution + ")\n",
           std::string("    return torch.relu(") + kConvolution + " + x)\n",
           std::string("    return ") + kConvolution + " + x\n",
           std::string("    return torch.relu(") + kConvolution + " + x.mean([2, 3, 4], True))\n",  // of another shape
           std::string("    return torch.relu(") + kConvolution + " + x.double())\n",               // of another kind
           std::string("    return torch.relu(") + kConvolution + " + x[0])\n",
           std::string("    return torch.conv3d(x, self.w, None, [1, 2, 2], [0, 2, 2], [1, 2, 2])\n"),
           std::string("    return torch.relu(torch.conv3d(x, self.d, self.b, [1, 2, 2], 1, 1, 8))\n"),
           std::string("    return torch.relu(torch.conv3d(x, self.d, None, 1, 1, 1, 8) + x)\n"),
           std::string("    return torch.conv3d(x, self.d, None, 1, 2, 2, 8)\n"),  // dilated
       }) {
    for (const CudaApi* each : {static_cast<const CudaApi*>(nullptr), &library.api}) {
      EXPECT_LE(errorOf(body, batch, each), 1e-5) << body;
      EXPECT_LE(errorOf(body, batch.contiguous(at::MemoryFormat::ChannelsLast3d), each), 1e-5) << body;
    }
  }
}

TEST(FuseForCuda, TakesOneClipWithoutABatch) {
  const FakeLibrary library;
  const std::string body = std::string("    return torch.relu(") + kConvolution + " + x)\n";
  for (const CudaApi* each : {static_cast<const CudaApi*>(nullptr), &library.api}) {
    EXPECT_LE(errorOf(body, at::randn({8, 4, 6, 7}), each), 1e-5);
  }
}

// A network may select clips, and find none.
TEST(FuseForCuda, GivesNothingForNoClips) {
  const FakeLibrary library;
  CudaConvolution convolution({at::randn({8, 8, 1, 3, 3}), at::randn({8})}, true, &library.api);
  EXPECT_EQ(convolution.run(at::randn({0, 8, 4, 6, 7}), {}).sizes(), (std::vector<int64_t>{0, 8, 4, 4, 5}));
  EXPECT_EQ(FakeLibrary::epilogues, 0);
}

TEST(FuseForCuda, UsesTheLibraryWhereItCan) {
  const at::Tensor batch = at::randn({2, 8, 4, 6, 7});
  const FakeLibrary library;
  errorOf(std::string("    return torch.relu(") + kConvolution + " + x)\n", batch, &library.api);
  EXPECT_GT(FakeLibrary::epilogues, 0);
  EXPECT_EQ(FakeLibrary::depthwise, 0);
  FakeLibrary::epilogues = 0;
  errorOf("    return torch.relu(torch.conv3d(x, self.d, self.b, 1, 1, 1, 8) + x)\n", batch, &library.api);
  EXPECT_EQ(FakeLibrary::epilogues, 0);
  EXPECT_EQ(FakeLibrary::depthwise, 1);
}

}  // namespace
}  // namespace kinetorch::network
