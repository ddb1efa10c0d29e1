#include "native/training/fit_linear.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "native/runtime/error.h"

namespace kinetorch::training {
namespace {

std::vector<float> floatsOf(const at::Tensor& tensor) {
  const at::Tensor floats = tensor.to(at::kFloat).contiguous();
  return {floats.const_data_ptr<float>(), floats.const_data_ptr<float>() + floats.numel()};
}

struct Problem {
  at::Tensor features;
  at::Tensor targets;

  LabelledVectors data(bool isMultiLabel = false) const {
    return {floatsOf(features), floatsOf(targets), features.size(0), isMultiLabel};
  }
};

// Three overlapping classes in five dimensions.
Problem threeClasses() {
  at::manual_seed(3);
  const at::Tensor labels = at::arange(90).remainder(3);
  return {at::randn({90, 5}) + at::randn({3, 5}).index_select(0, labels), at::one_hot(labels, 3)};
}

at::Tensor linearLogits(const model::LinearHead& head, const at::Tensor& features) {
  const auto classes = static_cast<int64_t>(head.bias.size());
  const at::Tensor weight = at::tensor(head.weight, at::kDouble).view({classes, -1});
  return features.to(at::kDouble).matmul(weight.t()) + at::tensor(head.bias, at::kDouble);
}

at::Tensor standardised(const at::Tensor& features) {
  return (features - features.mean(0)) / features.std(0, /*unbiased=*/false);
}

// At the least loss its gradient is none.
TEST(FitLinear, FindsTheLeastLoss) {
  const Problem problem = threeClasses();
  constexpr double kDecay = 0.01;
  const model::LinearHead head = fitLinear(problem.data(), kDecay);
  const at::Tensor features = problem.features.to(at::kDouble);
  const at::Tensor error = (linearLogits(head, features).softmax(1) - problem.targets) / features.size(0);
  const at::Tensor weight = at::tensor(head.weight, at::kDouble).view({3, 5}) * features.std(0, false);
  const at::Tensor gradient = error.t().matmul(standardised(features)) + kDecay * weight;
  EXPECT_LT(gradient.abs().max().item<double>(), 1e-5);
  EXPECT_LT(error.sum(0).abs().max().item<double>(), 1e-5);
}

TEST(FitLinear, FindsTheLeastLossOfVectorsThatAreLongerThanMany) {
  at::manual_seed(5);
  // The last is the first again, and one never changes.
  at::Tensor features = at::randn({12, 40});
  features[11] = features[0];
  features.select(1, 7).fill_(0.25);
  const Problem problem{features, at::one_hot(at::arange(12).remainder(3), 3)};
  constexpr double kDecay = 0.1;
  const model::LinearHead head = fitLinear(problem.data(), kDecay);
  const at::Tensor wide = features.to(at::kDouble);
  const at::Tensor deviation = wide.std(0, /*unbiased=*/false);
  const at::Tensor rows = (wide - wide.mean(0)) / deviation.clamp_min(1e-9);
  const at::Tensor error = (linearLogits(head, wide).softmax(1) - problem.targets) / 12;
  const at::Tensor weight = at::tensor(head.weight, at::kDouble).view({3, 40}) * deviation;
  EXPECT_LT((error.t().matmul(rows) + kDecay * weight).abs().max().item<double>(), 1e-5);
  EXPECT_LT(error.sum(0).abs().max().item<double>(), 1e-5);
  EXPECT_EQ(at::tensor(head.weight).view({3, 40}).select(1, 7).abs().max().item<float>(), 0);
}

TEST(FitLinear, GivesTheSameWhateverTheScaleOfTheVectors) {
  const Problem problem = threeClasses();
  const Problem scaled{problem.features * at::tensor({1000.0, 1e-3, 1.0, 7.0, 1.0}) + 5, problem.targets};
  const at::Tensor own = linearLogits(fitLinear(problem.data(), 0.01), problem.features);
  EXPECT_TRUE(linearLogits(fitLinear(scaled.data(), 0.01), scaled.features).allclose(own, 1e-3, 1e-3));
  const model::LinearHead again = fitLinear(problem.data(), 0.01);
  EXPECT_EQ(again.weight, fitLinear(problem.data(), 0.01).weight);
}

TEST(FitLinear, FallsBackToFrequenciesUnderMuchDecay) {
  const Problem problem{at::randn({40, 4}), at::one_hot(at::arange(40).lt(10).to(at::kLong), 2)};
  const at::Tensor logits = linearLogits(fitLinear(problem.data(), 1e5), problem.features);
  EXPECT_TRUE(logits.softmax(1).allclose(at::tensor({0.75, 0.25}, at::kDouble).expand({40, 2}), 0, 1e-3));
}

TEST(FitLinear, GivesWhatNeverChangesNoWeight) {
  Problem problem = threeClasses();
  problem.features = at::cat({problem.features, at::full({90, 1}, 0.1)}, 1);
  const model::LinearHead head = fitLinear(problem.data(), 0.01);
  EXPECT_EQ(at::tensor(head.weight).view({3, 6}).select(1, 5).abs().max().item<float>(), 0);
}

TEST(FitLinear, KnowsSigmoids) {
  at::manual_seed(1);
  const at::Tensor features = at::randn({200, 3});
  const at::Tensor targets = (features.slice(1, 0, 2) + 0.3 * at::randn({200, 2})).gt(0);
  const at::Tensor found = linearLogits(fitLinear(Problem{features, targets}.data(true), 0.001), features).gt(0);
  EXPECT_GT(found.eq(targets).to(at::kFloat).mean().item<float>(), 0.85);
}

TEST(FitLinear, SeparatesWhatCanBeSeparated) {
  const Problem problem{at::tensor({-1.0, -2.0, 1.0, 2.0}).view({4, 1}),
                        at::one_hot(at::tensor({0, 0, 1, 1}, at::kLong), 2)};
  EXPECT_TRUE(linearLogits(fitLinear(problem.data(), 0), problem.features)
                  .argmax(1)
                  .equal(at::tensor({0, 0, 1, 1}, at::kLong)));
}

TEST(FitLinear, RefusesWhatDoesNotGoTogether) {
  LabelledVectors data = threeClasses().data();
  data.features[7] = std::nanf("");
  EXPECT_THROW(fitLinear(data, 0.1), Error);
  data.features.pop_back();
  EXPECT_THROW(fitLinear(data, 0.1), Error);
}

}  // namespace
}  // namespace kinetorch::training
