#include "native/network/passes/pad_channels.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "test/native/network/frozen_graph.h"
#include "test/native/network/lively_network.h"
#include "test/native/support/relative_error.h"

namespace kinetorch::network {
namespace {

using test::FrozenGraph;

// Of every convolution, in order.
std::vector<int64_t> widths(const FrozenGraph& network) {
  std::vector<int64_t> found;
  for (const Convolution3d& each : network.convolutions()) found.push_back(each.weight.size(0));
  return found;
}

struct Padded {
  std::vector<int64_t> widths;
  double error;  // largest difference, relative to the largest output
};

Padded pad(const FrozenGraph& network, const at::Tensor& clips) {
  const c10::InferenceMode guard;
  const at::Tensor expected = network.run(clips);
  padChannels(network.graph());
  return {widths(network), test::relativeError(network.run(clips), expected)};
}

// `forward` of weights a (20 of 3 channels), b (5 of 20), bias c (20), grouped g (20 in 4 groups).
FrozenGraph networkOf(const std::string& body) {
  at::manual_seed(3);
  torch::jit::Module module("Padded");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("a", at::randn({20, 3, 1, 3, 3}), false);
  module.register_parameter("b", at::randn({5, 20, 3, 1, 1}), false);
  module.register_parameter("c", at::randn({20}), false);
  module.register_parameter("g", at::randn({20, 5, 1, 1, 1}), false);
  module.define("def forward(self, x):\n    y = torch.conv3d(x, self.a, self.c, [1, 1, 1], [0, 1, 1])\n" + body);
  return FrozenGraph(module);
}

constexpr const char* kRead = "torch.conv3d(y, self.b, None, [1, 2, 2], [1, 0, 0])";

at::Tensor clips() { return at::randn({2, 3, 4, 6, 7}); }

TEST(PadChannels, WidensWhatOnlyReluAndConvolutionsSee) {
  for (const std::string& body : {
           std::string("    return ") + kRead + "\n",
           std::string("    y = torch.relu(y)\n    return ") + kRead + "\n",
           std::string("    y = torch.relu_(y)\n    return ") + kRead + " + " + kRead + "\n",
           std::string("    z = ") + kRead + "\n    y = torch.relu(y)\n    return z + " + kRead + "\n",
       }) {
    const Padded padded = pad(networkOf(body), clips());
    EXPECT_EQ(padded.widths.at(0), 24) << body;
    EXPECT_EQ(padded.widths.at(1), 5) << body;  // the output is what it was
    EXPECT_LE(padded.error, 1e-6) << body;
  }
}

TEST(PadChannels, LeavesWhatOthersSee) {
  for (const std::string& body : {
           std::string("    return y.mean() + ") + kRead + "\n",
           std::string("    z = torch.relu(y)\n    return z.sum() + ") + kRead + "\n",
           std::string("    y = torch.sigmoid(y)\n    return ") + kRead + "\n",
           std::string("    y = torch.conv3d(y, self.g, None, 1, 0, 1, 4)\n    return ") + kRead + "\n",  // grouped
           std::string("    y = y.add_(1)\n    return ") + kRead + "\n",
           std::string("    if x.size(0) > 1:\n        y = torch.relu(y)\n    return ") + kRead + "\n",
           std::string("    return y\n"),
       }) {
    const Padded padded = pad(networkOf(body), clips());
    EXPECT_EQ(padded.widths.at(0), 20) << body;
    EXPECT_EQ(padded.error, 0) << body;
  }
}

TEST(PadChannels, WidensInsideBranches) {
  const Padded padded = pad(networkOf(std::string("    if x.size(0) > 1:\n        z = ") + kRead +
                                      "\n    else:\n        z = torch.relu(" + kRead + ")\n    return z\n"),
                            clips());
  EXPECT_EQ(padded.widths.at(0), 24);
  EXPECT_LE(padded.error, 1e-6);
}

TEST(PadChannels, WidensWhatR2Plus1dHasOfOddWidths) {
  const std::vector<int64_t> found =
      pad(FrozenGraph(test::lively("r2plus1d_18", 5)), at::randn({1, 3, 4, 32, 32})).widths;
  for (const int64_t narrow : {45, 230, 460, 921}) {
    EXPECT_EQ(std::count(found.begin(), found.end(), narrow), 0) << narrow;
    EXPECT_GE(std::count(found.begin(), found.end(), (narrow / 8 + 1) * 8), 1) << narrow;
  }
}

class PaddedNetwork : public testing::TestWithParam<std::string> {};

TEST_P(PaddedNetwork, GivesTheSame) {
  EXPECT_LE(pad(FrozenGraph(test::lively(GetParam(), 5)), at::randn({1, 3, 8, 32, 32})).error, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Architectures, PaddedNetwork, testing::ValuesIn(test::everyKindOfArchitecture()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace kinetorch::network
