#include "native/network/frozen_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <vector>

#include "native/network/passes/convolution_node.h"
#include "test/native/network/lively_network.h"

namespace kinetorch::network {
namespace {

std::vector<Convolution3d> convolutions(const FrozenNetwork& network) {
  std::vector<Convolution3d> found;
  for (const torch::jit::Node* node : network.module.get_method("forward").graph()->nodes()) {
    if (const auto convolution = convolutionOf(node)) found.push_back(*convolution);
  }
  return found;
}

// Rounded once, after the batch norms have been folded.
TEST(FreezeNetwork, FoldsInFloat32BeforeItRounds) {
  const c10::InferenceMode guard;
  const torch::jit::Module module = test::lively("r2plus1d_dw", 5);
  const auto exact = convolutions(freezeNetwork(module, at::kCPU, {at::kFloat, {}}));
  const auto rounded = convolutions(freezeNetwork(module, at::kCPU, {at::kFloat, at::kBFloat16}));
  const auto twice = convolutions(freezeNetwork(module, at::kCPU, {at::kBFloat16, {}}));
  ASSERT_GT(exact.size(), 10U);
  ASSERT_EQ(rounded.size(), exact.size());
  bool isRoundedTwice = false;
  for (size_t i = 0; i < exact.size(); ++i) {
    EXPECT_EQ(rounded[i].weight.scalar_type(), at::kBFloat16);
    EXPECT_TRUE(rounded[i].weight.equal(exact[i].weight.to(at::kBFloat16)));
    isRoundedTwice = isRoundedTwice || !twice[i].weight.equal(rounded[i].weight);
    ASSERT_EQ(rounded[i].bias.defined(), exact[i].bias.defined());
    if (!exact[i].bias.defined()) continue;
    EXPECT_TRUE(rounded[i].bias.equal(exact[i].bias.to(at::kBFloat16)));
  }
  EXPECT_TRUE(isRoundedTwice);  // the comparison would notice
}

}  // namespace
}  // namespace kinetorch::network
