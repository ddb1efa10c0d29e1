#include "native/training/classification.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <string>

#include "native/runtime/error.h"

namespace kinetorch::training {
namespace {

TEST(Classification, OfSoftTargetsIsTheMixOfTheHardOnes) {
  const at::Tensor logits = at::randn({4, 3});
  const at::Tensor one = at::one_hot(at::tensor({0, 1, 2, 1}, at::kLong), 3).to(at::kFloat);
  const at::Tensor other = at::one_hot(at::tensor({2, 2, 0, 1}, at::kLong), 3).to(at::kFloat);
  for (const LossKind kind : {LossKind::kCrossEntropy, LossKind::kBinaryCrossEntropy}) {
    const Classification objective({kind, 0.1, {1, 2, 0.5}}, 3, at::kCPU);
    const auto lossOf = [&](const at::Tensor& targets) { return objective.loss(logits, {{}, targets}).item<double>(); };
    EXPECT_NEAR(lossOf(one * 0.3 + other * 0.7), 0.3 * lossOf(one) + 0.7 * lossOf(other), 1e-5);
    EXPECT_NEAR(objective.weight(one), kind == LossKind::kCrossEntropy ? 1 + 2 + 0.5 + 2 : 4, 1e-6);
  }
}

TEST(Classification, CountsWhatIsRight) {
  const at::Tensor logits = at::tensor({2.f, -1.f, 1.f, -3.f, -1.f, 0.5f}).view({2, 3});
  const at::Tensor targets = at::tensor({1.f, 0.f, 1.f, 0.f, 0.6f, 0.4f}).view({2, 3});
  for (const LossKind kind : {LossKind::kCrossEntropy, LossKind::kBinaryCrossEntropy}) {
    const NamedTensors metrics = Classification({kind, 0, {}}, 3, at::kCPU).metrics(logits, {{}, targets});
    ASSERT_EQ(metrics.size(), 1u);
    EXPECT_EQ(metrics[0].first, "correct");
    EXPECT_EQ(metrics[0].second.item<int64_t>(), 1);
  }
}

TEST(Classification, EvaluatesWithoutSmoothingAndWeights) {
  const at::Tensor logits = at::randn({4, 3});
  const at::Tensor targets = at::one_hot(at::tensor({0, 1, 2, 1}, at::kLong), 3).to(at::kFloat);
  for (const LossKind kind : {LossKind::kCrossEntropy, LossKind::kBinaryCrossEntropy}) {
    const EvalResult result = Classification({kind, 0.1, {1, 2, 0.5}}, 3, at::kCPU).evaluate(logits, {{}, targets});
    const double plain = Classification({kind, 0, {}}, 3, at::kCPU).loss(logits, {{}, targets}).item<double>();
    EXPECT_NEAR(result.lossSum, plain, 1e-5);
    const at::Tensor expected = kind == LossKind::kCrossEntropy ? logits.softmax(1) : logits.sigmoid();
    EXPECT_TRUE(at::tensor(result.predictions).view({4, 3}).equal(expected));
  }
}

TEST(Classification, SaysWhatIsWrongWithTheOutputsOfAModel) {
  const Classification objective({LossKind::kCrossEntropy, 0, {}}, 3, at::kCPU);
  const auto messageOf = [&](const at::Tensor& outputs) -> std::string {
    try {
      objective.checkOutputs(outputs);
    } catch (const Error& error) {
      return error.code() + ": " + error.what();
    }
    return "";
  };
  EXPECT_EQ(messageOf(at::zeros({1, 3})), "");
  EXPECT_EQ(messageOf(at::zeros({1, 4})), "ERR_MODEL_METADATA: expected a model of 3 classes but this one gives 4");
  EXPECT_EQ(messageOf(at::zeros({2, 3})),
            "ERR_MODEL_FORWARD: expected logits of shape [1, classes] for one clip but the model gave [2, 3]");
}

}  // namespace
}  // namespace kinetorch::training
