#include "native/network/passes/quantise_for_cpu.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "native/network/passes/fuse_for_cpu.h"
#include "native/runtime/error.h"
#include "test/native/network/frozen_graph.h"
#include "test/native/support/relative_error.h"

namespace kinetorch::network {
namespace {

constexpr int64_t kWidth = 6;  // no multiple of four

// A spatial, a temporal and a depthwise convolution, and what `body` makes of them.
torch::jit::Module quantisedModule(const std::string& body) {
  at::manual_seed(4);
  torch::jit::Module module("Quantised");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("w", at::randn({kWidth, kWidth, 1, 3, 3}) * 0.2, false);
  module.register_parameter("v", at::randn({kWidth, kWidth, 3, 1, 1}) * 0.3, false);
  module.register_parameter("d", at::randn({kWidth, 1, 3, 3, 3}) * 0.3, false);
  module.register_parameter("b", at::randn({kWidth}), false);
  module.define(R"(
    def spatial(self, x: Tensor) -> Tensor:
        return torch.conv3d(x, self.w, self.b, [1, 1, 1], [0, 1, 1], [1, 1, 1], 1)
    def temporal(self, x: Tensor) -> Tensor:
        return torch.conv3d(x, self.v, None, [1, 1, 1], [1, 0, 0], [1, 1, 1], 1)
    def depthwise(self, x: Tensor) -> Tensor:
        return torch.conv3d(x, self.d, self.b, [1, 2, 2], [1, 1, 1], [1, 1, 1], 6)
  )");
  module.define("def forward(self, x: Tensor) -> Tensor:\n" + body);
  module.eval();
  return module;
}

struct Outcome {
  std::string operators;
  double error;  // relative to the largest output
};

LayerQuantisation int8(double min, double max, std::optional<ValueRange> residual = {}) {
  return {true, {min, max}, residual};
}

Outcome quantise(const std::string& body, const NetworkQuantisation& quantisation) {
  const c10::InferenceMode guard;
  const test::FrozenGraph network(quantisedModule(body));
  at::manual_seed(5);
  const at::Tensor clips = at::randn({2, kWidth, 4, 6, 7}).clamp(-3, 3);
  const at::Tensor expected = network.run(clips);
  const auto context = std::make_shared<ConvolutionContext>(Optimization::kFast, "", int64_t{1} << 30);
  const auto layers = fuseForCpu(network.graph(), context);
  EXPECT_EQ(layers.size(), quantisation.size());
  const auto found = quantiseForCpu(network.graph(), layers, quantisation, context);
  for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i] == layers[i], !quantisation[i].isInt8);
  Outcome outcome;
  outcome.operators = network.operators();
  const at::Tensor given = network.run(clips);
  EXPECT_EQ(given.sizes(), expected.sizes());
  EXPECT_EQ(given.scalar_type(), at::kFloat);
  outcome.error = test::relativeError(given, expected);
  return outcome;
}

size_t count(const Outcome& outcome, const std::string& name) {
  size_t found = 0;
  for (size_t at = 0; (at = outcome.operators.find(name + ' ', at)) != std::string::npos; ++at) ++found;
  return found;
}

TEST(QuantiseForCpu, BytesGoFromLayerToLayer) {
  const Outcome outcome = quantise(
      "    y = torch.relu(self.spatial(x))\n    z = torch.relu(self.temporal(y))\n    return self.depthwise(z)\n",
      {int8(-3, 3), int8(0, 8), int8(0, 12)});
  EXPECT_EQ(count(outcome, "kinetorch::quantise"), 1U);
  EXPECT_EQ(count(outcome, "kinetorch::dequantise"), 0U);
  EXPECT_EQ(count(outcome, "kinetorch::convolution"), 3U);
  EXPECT_GT(outcome.error, 0);
  EXPECT_LT(outcome.error, 0.04);
}

TEST(QuantiseForCpu, AddsResidualsOfBytesAndOfNumbers) {
  const Outcome outcome = quantise(
      "    y = self.spatial(x)\n    z = torch.relu(self.temporal(y) + y)\n    return torch.relu(self.spatial(z) + x)\n",
      {int8(-3, 3), int8(-7, 7, ValueRange{-7, 7}), int8(0, 12)});
  EXPECT_EQ(count(outcome, "kinetorch::quantise"), 1U);
  EXPECT_EQ(count(outcome, "kinetorch::dequantise"), 0U);
  EXPECT_EQ(count(outcome, "aten::add"), 0U);
  EXPECT_LT(outcome.error, 0.05);
}

TEST(QuantiseForCpu, OthersGetNumbers) {
  for (const char* others :
       {"    return self.temporal(y) + torch.tanh(y)\n", "    return torch.cat([self.temporal(y), y])\n"}) {
    const Outcome outcome =
        quantise(std::string("    y = torch.relu(self.spatial(x))\n") + others, {int8(-3, 3), int8(0, 8)});
    EXPECT_EQ(count(outcome, "kinetorch::dequantise"), 1U) << outcome.operators;
    EXPECT_LT(outcome.error, 0.05) << others;
  }
}

TEST(QuantiseForCpu, SeesWhatIsWrittenInPlace) {
  for (const char* write : {"y.mul_(0.25)", "y.tanh_()"}) {
    const Outcome outcome = quantise(std::string("    y = torch.relu(self.spatial(x))\n    ") + write +
                                         "\n    return torch.relu(self.temporal(y)) + y\n",
                                     {int8(-3, 3), int8(0, 3)});
    EXPECT_LT(outcome.error, 0.05) << write;
  }
}

TEST(QuantiseForCpu, LayersInFloat32StayAndReadNumbers) {
  const Outcome outcome = quantise("    y = torch.relu(self.spatial(x))\n    return self.temporal(self.depthwise(y))\n",
                                   {int8(-3, 3), {}, int8(-20, 20)});
  EXPECT_EQ(count(outcome, "kinetorch::quantise"), 2U);
  EXPECT_EQ(count(outcome, "kinetorch::dequantise"), 0U);
  EXPECT_LT(outcome.error, 0.04);
}

// A residual that was spread over the output has no range: it is numbers, whoever else reads it as bytes.
TEST(QuantiseForCpu, ASpreadResidualIsNumbers) {
  const Outcome outcome = quantise(
      "    y = self.spatial(x.mean([3, 4], True))\n    z = self.temporal(y)\n"
      "    return torch.relu(self.spatial(x) + y) + z\n",
      {int8(-3, 3), int8(-4, 4), int8(-3, 3)});
  EXPECT_LT(outcome.error, 0.05);
}

TEST(QuantiseForCpu, TakesOneClipWithoutABatch) {
  const Outcome outcome =
      quantise("    y = torch.relu(self.spatial(x[0]))\n    return self.temporal(y).unsqueeze(0) + y\n",
               {int8(-3, 3), int8(0, 8)});
  EXPECT_LT(outcome.error, 0.05);
}

TEST(QuantiseForCpu, RefusesOtherNumbersOfLayersAndAbsurdRanges) {
  const auto codeOf = [](const NetworkQuantisation& quantisation) -> std::string {
    const c10::InferenceMode guard;
    const test::FrozenGraph network(quantisedModule("    return self.temporal(self.spatial(x))\n"));
    const auto context = std::make_shared<ConvolutionContext>(Optimization::kFast, "", int64_t{1} << 30);
    const auto layers = fuseForCpu(network.graph(), context);
    try {
      quantiseForCpu(network.graph(), layers, quantisation, context);
    } catch (const Error& error) {
      return error.code();
    }
    return "";
  };
  EXPECT_EQ(codeOf({int8(-3, 3), int8(-3, 3)}), "");
  EXPECT_EQ(codeOf({int8(-3, 3)}), "ERR_MODEL_METADATA");
  EXPECT_EQ(codeOf({int8(-3, 3), int8(-3, 3), int8(-3, 3)}), "ERR_MODEL_METADATA");
  const double none = std::numeric_limits<double>::quiet_NaN();
  for (const ValueRange& range : {ValueRange{0, 5e-324}, ValueRange{0, 1e-44}, ValueRange{-1e308, 1e308},
                                  ValueRange{1, 2}, ValueRange{none, 1}, ValueRange{0, none}}) {
    EXPECT_EQ(codeOf({{true, range, {}}, int8(-3, 3)}), "ERR_MODEL_METADATA") << range.min << ' ' << range.max;
    EXPECT_EQ(codeOf({int8(-3, 3), int8(-3, 3, range)}), "ERR_MODEL_METADATA") << range.min << ' ' << range.max;
  }
}

TEST(QuantiseForCpu, RangesBoundWhatALayerReads) {
  EXPECT_GT(quantise("    return self.spatial(x)\n", {int8(-0.5, 0.5)}).error, 0.2);
  EXPECT_LT(quantise("    return self.spatial(x)\n", {int8(-3, 3)}).error, 0.02);
}

}  // namespace
}  // namespace kinetorch::network
