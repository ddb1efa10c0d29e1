// The trainer with an objective of another kind than classification: no classes, no labels, several outputs, and a loss
// over the network's own input.
#include "native/training/objective.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "test/native/support/tiny_network.h"

namespace kinetorch::training {
namespace {

using test::colourBatch;
using test::optionsOf;
using test::sourceOf;

// Fills in pixels that it does not see.
torch::jit::Module maskedNetwork() {
  at::manual_seed(3);
  torch::jit::Module module("MaskedNetwork");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_parameter("conv", at::randn({3, 3, 1, 3, 3}) * 0.1, false);
  module.define(R"(
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        mask = (torch.rand_like(x) < 0.5).to(x.dtype)
        return torch.conv3d(x * (1.0 - mask), self.conv, None, [1, 1, 1], [0, 1, 1]), mask
  )");
  return module;
}

class HalfMasked : public Objective {
 public:
  at::Tensor targets(const TrainingBatch& batch) const override { return at::zeros({batch.batch, 0}); }

  double weight(const at::Tensor& targets) const override { return static_cast<double>(targets.size(0)); }

  void checkOutputs(const c10::IValue& outputs) const override {
    if (!outputs.isTuple()) throw Error("ERR_MODEL_FORWARD", "expected a clip and a mask");
  }

  at::Tensor loss(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const override {
    const auto& elements = outputs.toTupleRef().elements();
    const at::Tensor error = (elements[0].toTensor() - batch.clips).square() * elements[1].toTensor();
    return error.mean({1, 2, 3, 4}).sum();
  }

  NamedTensors metrics(const c10::IValue& outputs, const augmentation::PreparedBatch&) const override {
    return {{"masked", outputs.toTupleRef().elements()[1].toTensor().sum()}};
  }

  EvalResult evaluate(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const override {
    return {loss(outputs, batch).item<double>(), {}};
  }
};

TrainingBatch unlabelled(uint32_t seed, int64_t clips) {
  TrainingBatch batch = colourBatch(seed, clips);
  batch.labels.clear();
  return batch;
}

TEST(Objective, MayBeOverTheNetworksOwnInput) {
  TrainerOptions options = optionsOf(OptimizerKind::kAdamW);
  options.augment.flip.clear();  // which are by class
  options.augment.brightness = 0.2;
  options.augment.mixup = 0.2;
  options.emaDecay = 0.5;
  Trainer trainer(sourceOf(maskedNetwork()), options, {std::make_shared<HalfMasked>(), nullptr});
  const double before = trainer.evaluate(unlabelled(99, 6)).lossSum;
  for (uint32_t step = 0; step < 60; ++step) {
    const StepResult result = trainer.step({unlabelled(2 * step, 6), unlabelled(2 * step + 1, 3)}, 0.02);
    ASSERT_EQ(result.metrics.size(), 1u);
    EXPECT_EQ(result.metrics[0].first, "masked");
    EXPECT_NEAR(result.metrics[0].second, 9 * 3 * 2 * 8 * 8 / 2, 200);
  }
  const EvalResult after = trainer.evaluate(unlabelled(99, 6));
  EXPECT_LT(after.lossSum, before / 2);
  EXPECT_TRUE(after.predictions.empty());
}

TEST(Objective, RefusesANetworkOfOtherOutputs) {
  const TrainerParts parts{std::make_shared<HalfMasked>(), nullptr};
  const TrainerOptions options = optionsOf(OptimizerKind::kSgd);
  EXPECT_EQ(test::codeOf([&] { Trainer(sourceOf(test::tinyNetwork()), options, parts); }), "ERR_MODEL_FORWARD");
  EXPECT_EQ(test::codeOf([&] { Trainer(sourceOf(maskedNetwork()), options); }), "ERR_MODEL_FORWARD");
}

}  // namespace
}  // namespace kinetorch::training
