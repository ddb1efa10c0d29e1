#include "native/network/load_network.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include "native/model/serialize_module.h"
#include "native/runtime/error.h"
#include "test/native/network/lively_network.h"
#include "test/native/support/relative_error.h"

namespace kinetorch::network {
namespace {

using test::kLivelyClasses;
using test::relativeError;
using test::smallClips;
using test::smallInput;

std::unique_ptr<Network> load(const torch::jit::Module& module, const ExpectedOutputs& expected,
                              c10::ScalarType precision, Optimization level, int64_t maxBatchSize) {
  OptimizeOptions optimize;
  optimize.level = level;
  optimize.measureMs = 50;
  optimize.maxWeightBytes = int64_t{1} << 30;
  optimize.maxBatchSize = maxBatchSize;
  return loadNetwork(model::ModelFile::open({"", model::serializeModule(module, "{}")}), smallInput(), expected,
                     at::kCPU, precision, optimize);
}

std::unique_ptr<Network> load(const torch::jit::Module& module, int64_t numClasses = kLivelyClasses,
                              c10::ScalarType precision = at::kFloat, Optimization level = Optimization::kOff,
                              int64_t maxBatchSize = 2) {
  return load(module, ExpectedOutputs{numClasses, {}}, precision, level, maxBatchSize);
}

torch::jit::Module lively(const std::string& architecture) { return test::lively(architecture, kLivelyClasses); }

class LoadedNetwork : public testing::TestWithParam<const char*> {};

TEST_P(LoadedNetwork, GivesWhatTheModuleGives) {
  at::NoGradGuard noGrad;
  torch::jit::Module module = lively(GetParam());
  const at::Tensor input = smallClips(3);
  const at::Tensor expected = module.forward({input}).toTensor();
  const std::unique_ptr<Network> network = load(module);
  const at::Tensor logits = network->logits(input);
  EXPECT_EQ(logits.sizes(), (std::vector<int64_t>{3, kLivelyClasses}));
  EXPECT_LE(relativeError(logits, expected), 1e-4);
  // The clips differ, and so do their logits: the comparison would notice.
  EXPECT_GT(relativeError(logits.roll(1, 0), expected), 1e-2);
  EXPECT_LE(relativeError(network->logits(input.contiguous(at::MemoryFormat::ChannelsLast3d)), expected), 1e-4);
}

TEST_P(LoadedNetwork, GivesTheSameByFasterKernels) {
  at::NoGradGuard noGrad;
  torch::jit::Module module = lively(GetParam());
  for (const Optimization level : {Optimization::kExact, Optimization::kFast}) {
    const std::unique_ptr<Network> network = load(module, kLivelyClasses, at::kFloat, level);
    EXPECT_TRUE(network->warnings().empty());
    for (const int64_t count : {1, 2, 3}) {  // the last of a size that was not measured
      const at::Tensor input = smallClips(count);
      EXPECT_LE(relativeError(network->logits(input), module.forward({input}).toTensor()), 1e-4);
    }
  }
}

TEST_P(LoadedNetwork, EmbedsInFrontOfTheLastLayer) {
  at::NoGradGuard noGrad;
  torch::jit::Module module = lively(GetParam());
  const at::Tensor input = smallClips(2);
  const std::unique_ptr<Network> network = load(module);
  ASSERT_TRUE(network->outputs().has(Output::kEmbedding));
  const torch::jit::Module fc = module.attr("fc").toModule();
  const at::Tensor logits = at::linear(network->run(input, {Output::kEmbedding})[Output::kEmbedding],
                                       fc.attr("weight").toTensor(), fc.attr("bias").toTensor());
  EXPECT_LE(relativeError(logits, module.forward({input}).toTensor()), 1e-4);
}

TEST_P(LoadedNetwork, GivesAllOutputsFromOnePass) {
  at::NoGradGuard noGrad;
  const at::Tensor input = at::randn({2, 3, 8, 64, 64});  // large enough that the map is larger than 1×1×1
  for (const Optimization level : {Optimization::kOff, Optimization::kFast}) {
    const std::unique_ptr<Network> network = load(lively(GetParam()), kLivelyClasses, at::kFloat, level);
    EXPECT_EQ(network->outputs().names(), "logits, embedding, features");
    const at::Tensor logits = network->logits(input);
    const OutputTensors all = network->run(input, network->outputs());
    EXPECT_LE(relativeError(all[Output::kLogits], logits), 1e-5);
    const at::Tensor& features = all[Output::kFeatures];
    ASSERT_EQ(features.dim(), 5);
    EXPECT_GT(features.numel(), all[Output::kEmbedding].numel());
    EXPECT_LE(relativeError(features.mean({2, 3, 4}), all[Output::kEmbedding]), 1e-5);
    const OutputTensors one = network->run(input, {Output::kFeatures});
    EXPECT_LE(relativeError(one[Output::kFeatures], features), 1e-5);
    EXPECT_FALSE(one[Output::kLogits].defined());
    EXPECT_FALSE(one[Output::kEmbedding].defined());
  }
}

INSTANTIATE_TEST_SUITE_P(Architectures, LoadedNetwork, testing::Values("r2plus1d_dw", "ip_csn_26", "mc3_18"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Network, CountsItsBytes) {
  torch::jit::Module module = lively("r2plus1d_dw");
  int64_t parameters = 0;
  for (const at::Tensor& parameter : module.parameters()) parameters += parameter.numel();
  const int64_t bytes = load(module)->bytes();
  EXPECT_LE(bytes, parameters * 4);  // batch norms are folded
  EXPECT_GE(bytes, parameters * 4 * 9 / 10);
  EXPECT_EQ(load(module, kLivelyClasses, at::kBFloat16)->bytes(), bytes / 2);
  // One whose file is frozen, and so has no parameters, is as large.
  EXPECT_GE(load(torch::jit::freeze(module))->bytes(), parameters * 4 * 9 / 10);
}

// Freezing makes the kind of the weights a constant, which must then be the one that they have in the end.
TEST(Network, RunsCodeThatAsksForTheKindOfItsWeights) {
  torch::jit::Module module("Asking");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("w", at::randn({kLivelyClasses, 3, 1, 3, 3}), false);
  module.define(R"(
def forward(self, x: Tensor) -> Tensor:
    return torch.mean(torch.conv3d(x.to(self.w.dtype), self.w), [2, 3, 4])
)");
  const at::Tensor input = smallClips(1);
  const at::Tensor logits = load(module, kLivelyClasses, at::kBFloat16)->logits(input.to(at::kBFloat16));
  EXPECT_LE(relativeError(logits, load(module)->logits(input)), 5e-2);
}

TEST(Network, StaysAsItWasWhereFasterKernelsGiveOtherLogits) {
  at::manual_seed(8);
  torch::jit::Module module("Sensitive");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("w", at::randn({kLivelyClasses, 3, 1, 3, 3}), false);
  // Rounding in the convolution decides the result.
  module.define(R"(
def forward(self, x: Tensor) -> Tensor:
    y = torch.conv3d(x, self.w, None, [1, 1, 1], [0, 1, 1], [1, 1, 1], 1)
    return torch.sin(torch.mean(y * 1e9, [2, 3, 4]))
)");
  module.eval();
  const std::unique_ptr<Network> network = load(module, kLivelyClasses, at::kFloat, Optimization::kFast);
  EXPECT_FALSE(network->warnings().empty());
  const at::Tensor input = smallClips(1);
  EXPECT_TRUE(network->logits(input).equal(load(module)->logits(input)));
}

torch::jit::Module foreign(const std::string& methods) {
  torch::jit::Module module("Foreign");
  module.register_attribute("training", c10::BoolType::get(), false);
  torch::jit::Module fc("Linear");
  fc.register_attribute("training", c10::BoolType::get(), false);
  fc.register_parameter("weight", at::ones({kLivelyClasses, 3}), false);
  fc.register_parameter("bias", at::zeros({kLivelyClasses}), false);
  fc.define("def forward(self, x: Tensor) -> Tensor:\n    return torch.linear(x, self.weight, self.bias)\n");
  module.register_module("fc", fc);
  module.define(methods);
  return module;
}

std::string codeOf(const torch::jit::Module& module, int64_t numClasses = kLivelyClasses) {
  try {
    load(module, numClasses);
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}

TEST(ForeignNetwork, RunsItsForwardAndNothingElse) {
  // `embed` and `fc` may mean anything here.
  const std::unique_ptr<Network> network = load(foreign(R"(
def embed(self, x: Tensor) -> Tensor:
    return torch.mean(x, [2, 3, 4]) * 100.0
def forward(self, x: Tensor) -> Tensor:
    return self.fc.forward(torch.mean(x, [2, 3, 4]))
)"));
  EXPECT_EQ(network->outputs().names(), "logits");
  const at::Tensor logits = network->logits(at::ones({2, 3, 4, 32, 32}));
  EXPECT_NEAR(logits[0][0].item<double>(), 3.0, 1e-5);
}

TEST(ForeignNetwork, GetsItsDefaultArguments) {
  const std::unique_ptr<Network> network = load(foreign(R"(
def forward(self, x: Tensor, scale: float = 2.0, twice: bool = True) -> Tensor:
    y = self.fc.forward(torch.mean(x, [2, 3, 4])) * scale
    if twice:
        y = y * 2
    return y
)"));
  EXPECT_NEAR(network->logits(at::ones({1, 3, 4, 32, 32}))[0][0].item<double>(), 12.0, 1e-4);
}

// What a network gives for each of three clips in one batch, against what its code gives for each alone.
void expectEachItsOwn(const std::string& methods, c10::ScalarType precision, const std::string& warning) {
  SCOPED_TRACE(methods);
  at::manual_seed(5);
  torch::jit::Module module = foreign(methods);
  const at::Tensor weight = module.attr("fc").toModule().attr("weight").toTensor();
  at::NoGradGuard noGrad;
  weight.normal_();
  const at::Tensor input = at::rand({3, 3, 4, 32, 32}) * at::tensor({0.1F, 1.0F, 3.0F}).view({3, 1, 1, 1, 1});
  std::vector<at::Tensor> alone;
  for (const at::Tensor& clip : input.split(1)) alone.push_back(module.forward({clip.clone()}).toTensor());
  const std::unique_ptr<Network> network = load(module, kLivelyClasses, precision, Optimization::kFast, 3);
  ASSERT_EQ(network->warnings().empty(), warning.empty());
  if (!warning.empty()) {
    EXPECT_NE(network->warnings()[0].find(warning), std::string::npos) << network->warnings()[0];
  }
  const double tolerance = precision == at::kFloat ? 1e-4 : 5e-2;
  EXPECT_LE(relativeError(network->logits(input.to(precision)), at::cat(alone)), tolerance);
}

std::string forwardOf(const std::string& body) { return "def forward(self, x: Tensor) -> Tensor:\n    " + body; }

// Pooled noise is much the same for every clip, and no numbers come from its roots: neither may pass for a proof.
TEST(ForeignNetwork, GetsNoOtherClipsLogitsInABatch) {
  const std::string pooled = "self.fc.forward(torch.mean(x, [2, 3, 4]))";
  const std::string mixing = "y = torch.mean(x, [2, 3, 4])\n    return self.fc.forward(y + torch.mean(y, [0], True))\n";
  const std::string firstRow = "y = " + pooled + "\n    return y[:1].expand(x.size(0), y.size(1))\n";
  const std::string swapping = "return torch.flip(" + pooled + ", [0])\n";
  const std::string positive = "x = torch.sqrt(x)\n    ";
  for (const std::string& body : {mixing, firstRow, swapping}) {
    expectEachItsOwn(forwardOf(body), at::kFloat, "one by one");
    expectEachItsOwn(forwardOf(body), at::kBFloat16, "one by one");
    expectEachItsOwn(forwardOf(positive + body), at::kFloat, "one by one");
  }
  expectEachItsOwn(forwardOf(positive + "return " + pooled + "\n"), at::kFloat, "");
}

TEST(ForeignNetwork, RunsOneByOneWhereNothingTellsClipsApart) {
  for (const std::string body :
       {"return self.fc.forward(torch.mean(x, [2, 3, 4]) * 0.0 + 1.0)[:1].expand(x.size(0), 5)\n",
        "return self.fc.forward(torch.sqrt(torch.mean(x, [2, 3, 4]) * 0.0 - 1.0))\n"}) {
    const std::unique_ptr<Network> network =
        load(foreign(forwardOf(body)), kLivelyClasses, at::kFloat, Optimization::kFast);
    ASSERT_EQ(network->warnings().size(), 1u);
    EXPECT_NE(network->warnings()[0].find("nearly the same"), std::string::npos);
    EXPECT_EQ(network->logits(smallClips(3)).size(0), 3);
  }
}

TEST(ForeignNetwork, RunsInPartsOfTwoWhereThreeAreTooMany) {
  expectEachItsOwn(forwardOf("assert x.size(0) < 3\n    return self.fc.forward(torch.mean(x, [2, 3, 4]))\n"),
                   at::kFloat, "in parts of 2 clips");
}

TEST(ForeignNetwork, MayWriteIntoItsClips) {
  expectEachItsOwn(forwardOf("x.mul_(2.0)\n    return self.fc.forward(torch.mean(x, [2, 3, 4]))\n"), at::kFloat, "");
  at::manual_seed(5);
  torch::jit::Module module("Writing");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_parameter("w", at::randn({kLivelyClasses, 3, 1, 3, 3}), false);
  module.define(forwardOf("x.mul_(2.0)\n    return torch.mean(torch.relu(torch.conv3d(x, self.w)), [2, 3, 4])\n"));
  EXPECT_TRUE(load(module, kLivelyClasses, at::kFloat, Optimization::kFast)->warnings().empty());
}

// Half precision is for what asks for it: the same weights give the same in float32, and sooner.
TEST(ForeignNetwork, OfHalfPrecisionComputesInFloat32OnACpu) {
  at::manual_seed(6);
  at::NoGradGuard noGrad;
  for (const c10::ScalarType kind : {at::kHalf, at::kBFloat16}) {
    const at::Tensor weight = at::randn({3}).to(kind);
    const auto logitsOf = [&](const std::string& mean, const at::Tensor& input) {
      torch::jit::Module module("OfHalf");
      module.register_attribute("training", c10::BoolType::get(), false);
      module.register_parameter("w", weight, false);
      module.define(forwardOf("return " + mean + " * self.w\n"));
      return load(module, 3)->logits(input);
    };
    const at::Tensor input = smallClips(2);
    const auto expected = [&](const at::Tensor& x) { return x.mean(at::IntArrayRef({2, 3, 4})) * weight; };
    EXPECT_LE(relativeError(logitsOf("torch.mean(x, [2, 3, 4])", input), expected(input)), 1e-6);
    const std::string number = std::to_string(static_cast<int>(kind));
    const at::Tensor asked = logitsOf("torch.mean(torch.to(x, " + number + "), [2, 3, 4])", input);
    EXPECT_TRUE(asked.equal(expected(input.to(kind)).to(at::kFloat)));
  }
}

TEST(ForeignNetwork, IsRefusedWithACodeWhereItDoesNotFit) {
  EXPECT_EQ(codeOf(foreign("def forward(self, x: Tensor, y: Tensor) -> Tensor:\n    return x + y\n")),
            "ERR_MODEL_FORWARD");
  EXPECT_EQ(codeOf(foreign("def forward(self, x: List[Tensor]) -> Tensor:\n    return x[0]\n")), "ERR_MODEL_FORWARD");
  EXPECT_EQ(codeOf(foreign("def forward(self, x: Tensor) -> Tensor:\n    return x\n")), "ERR_MODEL_FORWARD");
  EXPECT_EQ(codeOf(foreign("def forward(self, x: Tensor) -> int:\n    return x.dim()\n")), "ERR_MODEL_FORWARD");
  EXPECT_EQ(codeOf(foreign("def embed(self, x: Tensor) -> Tensor:\n    return x\n")), "ERR_MODEL_FORWARD");
  EXPECT_EQ(codeOf(lively("r2plus1d_dw"), kLivelyClasses + 1), "ERR_MODEL_METADATA");
}

// Blurs clips and shrinks what is bright; `forward` is no part of it.
torch::jit::Module blurring(const std::string& before = "") {
  torch::jit::Module module("Blurring");
  module.register_attribute("training", c10::BoolType::get(), false);
  at::manual_seed(7);
  module.register_parameter("w", at::rand({3, 3, 3, 3, 3}) / 81, false);
  module.define("def reconstruct(self, x: Tensor) -> Tensor:\n" + before +
                "    small = torch.relu(torch.conv3d(x, self.w, None, [1, 2, 2], [1, 1, 1]))\n"
                "    return torch.upsample_nearest3d(small, [x.size(2), x.size(3), x.size(4)])\n");
  return module;
}

std::unique_ptr<Network> loadReconstruction(const torch::jit::Module& module, c10::ScalarType precision = at::kFloat) {
  return load(module, ExpectedOutputs{0, {}, Purpose::kReconstruct}, precision, Optimization::kFast, 3);
}

TEST(Reconstruction, GivesTheClipsBackAndWhatItWasGiven) {
  at::NoGradGuard noGrad;
  torch::jit::Module module = blurring();
  const at::Tensor input = smallClips(3);
  const at::Tensor expected = module.run_method("reconstruct", input).toTensor();
  const std::unique_ptr<Network> network = loadReconstruction(module);
  EXPECT_TRUE(network->warnings().empty());
  EXPECT_EQ(network->outputs().names(), "reconstruction, target");
  const OutputTensors found = network->run(input, {Output::kReconstruction, Output::kTarget});
  EXPECT_LE(relativeError(found[Output::kReconstruction], expected), 1e-4);
  EXPECT_GT(relativeError(found[Output::kReconstruction].roll(1, 0), expected), 1e-2);
  EXPECT_TRUE(found[Output::kTarget].equal(input));
  EXPECT_FALSE(network->run(input, {Output::kReconstruction})[Output::kTarget].defined());
  const at::Tensor rough = input.to(at::kBFloat16);
  const OutputTensors half = loadReconstruction(module, at::kBFloat16)->run(rough, network->outputs());
  EXPECT_LE(relativeError(half[Output::kReconstruction], expected), 5e-2);
  EXPECT_TRUE(half[Output::kTarget].equal(rough.to(at::kFloat)));
}

TEST(Reconstruction, IsOfTheClipsAsTheyWereGivenWhereTheNetworkWritesIntoThem) {
  at::NoGradGuard noGrad;
  const at::Tensor input = smallClips(2);
  const at::Tensor given = input.clone();
  const auto network = loadReconstruction(blurring("    x.mul_(0.5)\n"));
  EXPECT_TRUE(network->run(input, network->outputs())[Output::kTarget].equal(given));
}

TEST(Reconstruction, IsRefusedWithACodeWhereTheNetworkHasNoneOrGivesAnotherSize) {
  const auto codeOf = [](const torch::jit::Module& module) -> std::string {
    try {
      loadReconstruction(module);
    } catch (const Error& error) {
      return error.code();
    }
    return "";
  };
  EXPECT_EQ(codeOf(lively("r2plus1d_dw")), "ERR_MODEL_FORWARD");
  torch::jit::Module smaller("Smaller");
  smaller.register_attribute("training", c10::BoolType::get(), false);
  smaller.define("def reconstruct(self, x: Tensor) -> Tensor:\n    return x[:, :, 1:]\n");
  EXPECT_EQ(codeOf(smaller), "ERR_MODEL_FORWARD");
  EXPECT_EQ(codeOf(blurring()), "");
}

}  // namespace
}  // namespace kinetorch::network
