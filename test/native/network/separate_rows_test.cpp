#include "native/network/separate_rows.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <string>

#include "native/network/frozen_network.h"
#include "test/native/network/frozen_graph.h"
#include "test/native/network/lively_network.h"

namespace kinetorch::network {
namespace {

// Of a module with this forward, a convolution's weights `w` and those of a linear layer, `fc`.
bool keepsApart(const std::string& body) {
  torch::jit::Module module("Rows");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("w", at::randn({5, 3, 1, 3, 3}), false);
  module.register_parameter("fc", at::randn({4, 5}), false);
  module.define("def forward(self, x: Tensor) -> Tensor:\n" + body);
  return keepsRowsApart(*test::FrozenGraph(module).graph());
}

constexpr char kRowConvolution[] = "    y = torch.conv3d(x, self.w)\n";

TEST(KeepsRowsApart, IsKnownOfResidualNetworks) {
  for (const char* const name :
       {"r3d_18", "mc3_18", "r2plus1d_18", "ip_csn_26", "i3d_50", "mobilenet_v2", "efficientnet_lite0"}) {
    const torch::jit::Module module = freezeNetwork(test::lively(name, 3), at::kCPU, {}).module;
    EXPECT_TRUE(keepsRowsApart(*module.get_method("forward").graph())) << name;
  }
}

TEST(KeepsRowsApart, IsKnownOfUsualOperators) {
  const std::string y = kRowConvolution;
  EXPECT_TRUE(keepsApart(y + "    return torch.linear(torch.mean(torch.relu(y), [2, 3, 4]), self.fc)\n"));
  EXPECT_TRUE(
      keepsApart(y + "    z = y * torch.sigmoid(torch.mean(y, [2, 3, 4], True))\n"
                     "    return torch.linear(torch.flatten(torch.adaptive_avg_pool3d(z, [1, 1, 1]), 1), self.fc)\n"));
  EXPECT_TRUE(keepsApart(y + "    return torch.mean(torch.cat([y, y + 1], 1), [-1, -2, -3])\n"));
  EXPECT_TRUE(keepsApart(y + "    z = torch.clamp(torch.abs(y[:, :, 1:] - y[:, :, :-1]) / 2.0, 0.0, 1.0)\n"
                             "    return z.sum([2, 3, 4])\n"));
  EXPECT_TRUE(keepsApart(y + "    pad = max((y.size(3) - 1) // 2 * 2 + 3 - y.size(3), 0)\n"
                             "    return torch.constant_pad_nd(y, [0, pad], 0).mean([2, 3, 4])\n"));
}

TEST(KeepsRowsApart, IsNotKnownWhereRowsMayMeet) {
  const std::string y = kRowConvolution;
  EXPECT_FALSE(keepsApart(y + "    return torch.mean(y, [0, 3, 4])\n"));
  EXPECT_FALSE(keepsApart(y + "    return torch.mean(torch.cat([y, y], 0), [2, 3, 4])\n"));
  EXPECT_FALSE(keepsApart(y + "    return torch.mean(y, [2, 3, 4]) - torch.mean(y)\n"));
  EXPECT_FALSE(keepsApart(y + "    return torch.mean(y, [2, 3, 4]) + self.fc\n"));  // as many rows as it has
  EXPECT_FALSE(keepsApart(y + "    return torch.mean(y, [2, 3, 4]).flip([0])\n"));
  EXPECT_FALSE(keepsApart(y + "    return torch.flatten(y, 0)\n"));
  EXPECT_FALSE(keepsApart(y + "    return y[1:].mean([2, 3, 4])\n"));
  EXPECT_FALSE(keepsApart(y + "    return torch.clamp(y, y.mean(), y.amax()).mean([2, 3, 4])\n"));
  EXPECT_FALSE(
      keepsApart(y + "    return torch.constant_pad_nd(y, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0], 0).mean([2, 3, 4])\n"));
  EXPECT_FALSE(keepsApart(y + "    return y.view(-1, 5)\n"));
  EXPECT_FALSE(keepsApart(y + "    return torch.mean(y, [2, 3, 4]) * min(2, x.size(0))\n"));
  EXPECT_FALSE(keepsApart(y + "    if x.size(0) > 1:\n        y = y + 1\n    return torch.mean(y, [2, 3, 4])\n"));
}

}  // namespace
}  // namespace kinetorch::network
