// The pieces of a training step by themselves: loss scale, average of weights, mixed precision, frozen parts.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "native/architectures/build.h"
#include "native/training/classification.h"
#include "native/training/forward.h"
#include "native/training/loss_scaler.h"
#include "native/training/network_state.h"
#include "native/training/parameter_groups.h"
#include "native/training/weight_average.h"
#include "test/native/support/tiny_network.h"

namespace kinetorch::training {
namespace {

using test::colourBatch;
using test::optionsOf;
using test::sourceOf;
using test::tinyNetwork;

TEST(LossScaler, BacksOffAndGrowsAsGradScalerDoes) {
  LossScaler scaler(true);
  EXPECT_EQ(scaler.scale(), 65536);
  for (int step = 0; step < 1999; ++step) scaler.grow();
  EXPECT_TRUE(scaler.backOff());
  EXPECT_EQ(scaler.scale(), 32768);
  for (int step = 0; step < 1999; ++step) scaler.grow();
  EXPECT_EQ(scaler.scale(), 32768);
  scaler.grow();
  EXPECT_EQ(scaler.scale(), 65536);
  LossScaler restored(true);
  scaler.grow();
  restored.setState(scaler.state());
  EXPECT_EQ(restored.state().sinceGrowth, 1);
}

TEST(LossScaler, GivesUpAtOneAndStaysOutOfTheWayWhenOff) {
  LossScaler scaler(true);
  for (int halving = 0; halving < 16; ++halving) EXPECT_TRUE(scaler.backOff());
  EXPECT_EQ(scaler.scale(), 1);
  EXPECT_FALSE(scaler.backOff());
  LossScaler off(false);
  EXPECT_EQ(off.scale(), 1);
  EXPECT_FALSE(off.backOff());
}

TEST(WeightAverage, WarmsUpAndFollowsTheWeights) {
  torch::jit::Module network = tinyNetwork();
  WeightAverage average(network, 0.5);
  at::NoGradGuard noGrad;
  network.attr("bias").toTensor().fill_(1);
  network.attr("mean").toTensor().fill_(2);
  average.update(0);  // decay 1/10
  EXPECT_NEAR(average.network().attr("bias").toTensor()[0].item<double>(), 0.9, 1e-6);
  EXPECT_NEAR(average.network().attr("mean").toTensor()[0].item<double>(), 1.8, 1e-6);
  average.update(1000);  // decay 0.5
  EXPECT_NEAR(average.network().attr("bias").toTensor()[0].item<double>(), 0.95, 1e-6);
  EXPECT_FALSE(average.network().is_training());
}

TEST(Trainer, EvaluatesTheAverageOfItsWeights) {
  TrainerOptions options = optionsOf(OptimizerKind::kSgd);
  options.emaDecay = 0.5;
  Trainer averaged(sourceOf(tinyNetwork()), options);
  options.emaDecay = 0;
  Trainer plain(sourceOf(tinyNetwork()), options);
  for (uint32_t step = 0; step < 3; ++step) {
    EXPECT_EQ(averaged.step({colourBatch(step)}, 0.1).loss, plain.step({colourBatch(step)}, 0.1).loss);
  }
  const auto probabilities = averaged.evaluate(colourBatch(9)).predictions;
  EXPECT_NE(probabilities, plain.evaluate(colourBatch(9)).predictions);
  Trainer saved(model::ModelFile::open({"", averaged.serialize("{}")}), options);
  EXPECT_EQ(saved.evaluate(colourBatch(9)).predictions, probabilities);
}

TEST(MixedPrecision, ComputesInBfloat16FromFloat32Weights) {
  torch::jit::Module network("Network");
  network.register_attribute("training", c10::BoolType::get(), true);
  network.register_parameter("conv", at::randn({4, 3, 1, 3, 3}).set_requires_grad(true), false);
  network.register_parameter("weight", at::randn({5, 4}).set_requires_grad(true), false);
  network.define(R"(
    def forward(self, x: Tensor) -> Tensor:
        x = torch.conv3d(x, self.conv)
        return torch.linear(torch.mean(torch.relu(x), [2, 3, 4]), self.weight)
  )");
  const at::Tensor clips = at::randn({2, 3, 2, 6, 6});
  const auto half = [](const at::Tensor& tensor) { return tensor.detach().to(at::kBFloat16); };
  const at::Tensor conv = at::conv3d(half(clips), half(network.attr("conv").toTensor()));
  const at::Tensor expected = at::linear(half(conv.relu().mean({2, 3, 4})), half(network.attr("weight").toTensor()));

  const at::Tensor exact = logitsOf(forward(network, {clips}, at::kCPU, at::kFloat));
  const at::Tensor logits = logitsOf(forward(network, {clips}, at::kCPU, at::kBFloat16));
  EXPECT_EQ(logits.scalar_type(), at::kFloat);
  EXPECT_TRUE(logits.detach().equal(expected.to(at::kFloat)));
  EXPECT_FALSE(logits.equal(exact));
  backward(logits.sum());
  for (const at::Tensor& parameter : network.parameters()) {
    EXPECT_EQ(parameter.grad().scalar_type(), at::kFloat);
  }
  EXPECT_TRUE(logitsOf(forward(network, {clips}, at::kCPU, at::kFloat)).equal(exact));
}

TEST(FreezeParts, KeepsBatchNormOfFrozenPartsInEvaluationMode) {
  const torch::jit::Module network = architectures::buildArchitecture("r2plus1d_18", 3, 0);
  TrainerOptions options;
  options.frozen = {"stem", "layer1"};
  const size_t frozen = freezeParts(network, options).size();
  EXPECT_EQ(frozen, 2u + 8u);  // two in the stem, four in each of two blocks
  for (const auto& parameter : network.named_parameters()) {
    const bool below = parameter.name.rfind("stem.", 0) == 0 || parameter.name.rfind("layer1.", 0) == 0;
    EXPECT_EQ(parameter.value.requires_grad(), !below) << parameter.name;
  }
  options.freezeBatchNorm = true;
  EXPECT_GT(freezeParts(network, options).size(), 2 * frozen);
}

TEST(ParameterGroups, SeparateDecayAndHead) {
  const torch::jit::Module network = architectures::buildArchitecture("r2plus1d_18", 3, 0);
  TrainerOptions options;
  options.bodyRate = 0.1;
  options.head = "fc";
  options.optimizer.weightDecay = 0.05;
  freezeParts(network, options);
  const std::vector<ParameterGroup> groups = parameterGroups(network, options);
  ASSERT_EQ(groups.size(), 4u);
  size_t count = 0;
  for (const ParameterGroup& group : groups) {
    count += group.parameters.size();
    for (const at::Tensor& parameter : group.parameters) EXPECT_EQ(group.weightDecay, parameter.dim() > 1 ? 0.05 : 0);
  }
  EXPECT_EQ(count, network.parameters().size());
  EXPECT_EQ(groups[0].rate, 0.1);
  EXPECT_EQ(groups[1].rate, 0.1);
  EXPECT_EQ(groups[2].rate, 1);
  EXPECT_EQ(groups[2].parameters.size(), 1u);
  EXPECT_EQ(groups[3].parameters.size(), 1u);
}

}  // namespace
}  // namespace kinetorch::training
