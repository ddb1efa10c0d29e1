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
  module.register_parameter("head", at::randn({5, 4}), false);
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

TEST(FeatureMap, IsFoundBehindAHead) {
  const test::FrozenGraph frozen = graphOf(R"(
    x = torch.adaptive_avg_pool3d(torch.sigmoid(x), [1, 1, 1])
    x = torch.dropout(x.view(x.size(0), -1), 0.5, False)
    return torch.relu(torch.linear(x, self.head)).unsqueeze(2).permute(0, 2, 1).squeeze(1)
)");
  ASSERT_TRUE(hasFeatureMap(frozen.graph()));
  EXPECT_EQ(withFeatureMap(frozen.graph())->outputs()[1]->node()->kind(), c10::aten::sigmoid);
}

TEST(FeatureMap, IsMissingWhereTheOutputComesFromMoreThanOnePooling) {
  for (const char* const body : {
           // two pathways
           R"(
    fast = torch.adaptive_avg_pool3d(torch.sigmoid(x), [1, 1, 1])
    slow = torch.adaptive_avg_pool3d(torch.relu(x), [1, 1, 1])
    return torch.flatten(torch.cat([fast, slow], 1), 1)
)",
           // a context beside the mean
           R"(
    context = torch.adaptive_avg_pool3d(torch.sigmoid(x), [1, 1, 1])
    return torch.mean(x + context, [2, 3, 4])
)",
           // a pooling whose result goes nowhere
           R"(
    context = torch.adaptive_avg_pool3d(torch.sigmoid(x), [1, 1, 1])
    print(context)
    return torch.mean(x, [2, 3, 4])
)",
           // one of two by a condition
           R"(
    x = torch.sigmoid(x)
    y = torch.flatten(torch.adaptive_avg_pool3d(torch.relu(x), [1, 1, 1]), 1)
    if bool(x.max() > 0.5):
        y = torch.mean(x, [2, 3, 4])
    return torch.relu(y)
)",
       }) {
    EXPECT_FALSE(hasFeatureMap(graphOf(body).graph())) << body;
  }
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

TEST(FeatureMap, HasAHeadWhereTheLogitsAreLinearInItsMean) {
  const test::FrozenGraph linear = graphOf(R"(
    x = torch.adaptive_avg_pool3d(torch.relu(x), [1, 1, 1])
    return torch.linear(torch.dropout(torch.flatten(x, 1), 0.5, False), self.head)
)");
  EXPECT_EQ(headOfFeatureMap(linear.graph()).sizes(), (std::vector<int64_t>{5, 4}));
  EXPECT_FALSE(givesMeanOfFeatureMap(linear.graph()));
  const test::FrozenGraph mean = graphOf("    return torch.adaptive_avg_pool3d(x, [1, 1, 1]).squeeze()\n");
  EXPECT_FALSE(headOfFeatureMap(mean.graph()).defined());
  EXPECT_TRUE(givesMeanOfFeatureMap(mean.graph()));
  for (const char* const rest : {"torch.linear(torch.relu(x), self.head)",
                                 "torch.softmax(torch.linear(x, self.head), 1)", "torch.linear(x * x, self.head)"}) {
    const test::FrozenGraph other = graphOf(
        "    x = torch.flatten(torch.adaptive_avg_pool3d(x, [1, 1, 1]), 1)\n    return " + std::string(rest) + "\n");
    EXPECT_FALSE(headOfFeatureMap(other.graph()).defined()) << rest;
    EXPECT_FALSE(givesMeanOfFeatureMap(other.graph())) << rest;
  }
}

}  // namespace
}  // namespace kinetorch::network
