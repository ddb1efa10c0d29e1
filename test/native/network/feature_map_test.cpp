#include "native/network/feature_map.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <string>

#include "test/native/network/frozen_graph.h"

namespace kinetorch::network {
namespace {

test::FrozenGraph graphOf(const std::string& body) {
  torch::jit::Module module("Pooled");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("w", at::randn({4, 3, 1, 1, 1}), false);
  module.define("def forward(self, x: Tensor) -> Tensor:\n    x = torch.conv3d(x, self.w)\n" + body);
  return test::FrozenGraph(module);
}

TEST(FeatureMap, IsWhatEntersTheGlobalPooling) {
  const test::FrozenGraph frozen =
      graphOf("    x = torch.relu(x)\n    return torch.flatten(torch.adaptive_avg_pool3d(x, [1, 1, 1]), 1)\n");
  ASSERT_TRUE(hasFeatureMap(frozen.graph()));
  EXPECT_EQ(withFeatureMap(frozen.graph())->outputs().size(), 2U);
  EXPECT_EQ(frozen.graph()->outputs().size(), 1U);  // a copy
}

TEST(FeatureMap, IsTheLastOfSeveral) {
  const test::FrozenGraph frozen = graphOf(R"(
    x = x * torch.sigmoid(torch.adaptive_avg_pool3d(x, [1, 1, 1]))
    return torch.flatten(torch.adaptive_avg_pool3d(x, [1, 1, 1]), 1)
)");
  ASSERT_TRUE(hasFeatureMap(frozen.graph()));
  EXPECT_EQ(withFeatureMap(frozen.graph())->outputs()[1]->node()->kind(), c10::aten::mul);
}

TEST(FeatureMap, IsMissingWithoutAGlobalPoolingAtTheEnd) {
  for (const char* const body : {
           "    return torch.mean(x, [2, 3, 4])\n",
           "    return torch.flatten(torch.adaptive_avg_pool3d(x, [1, 2, 2]), 1)\n",
           // squeeze and excitation
           "    return torch.mean(x * torch.sigmoid(torch.adaptive_avg_pool3d(x, [1, 1, 1])), [2, 3, 4])\n",
       }) {
    EXPECT_FALSE(hasFeatureMap(graphOf(body).graph())) << body;
  }
}

}  // namespace
}  // namespace kinetorch::network
