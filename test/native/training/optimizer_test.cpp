// The fused steps against the textbook's, one number at a time in double precision.
#include "native/training/optimizer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace kinetorch::training {
namespace {

constexpr int kOptimizerSteps = 50;
constexpr int64_t kSize = 12;

double learningRateAt(int step) { return 0.05 * (1.0 - static_cast<double>(step) / (2 * kOptimizerSteps)); }

double gradientAt(int step, int64_t index) { return std::sin(0.7 * step + 1.3 * static_cast<double>(index)) + 0.1; }

struct Reference {
  double value = 0;
  double first = 0;
  double second = 0;

  void sgd(double gradient, double rate, const OptimizerOptions& options, double weightDecay) {
    gradient += weightDecay * value;
    first = options.momentum * first + gradient;
    value -= rate * (options.nesterov ? gradient + options.momentum * first : first);
  }

  void adamW(double gradient, double rate, const OptimizerOptions& options, double weightDecay, int step) {
    value -= rate * weightDecay * value;
    first = options.beta1 * first + (1 - options.beta1) * gradient;
    second = options.beta2 * second + (1 - options.beta2) * gradient * gradient;
    const double mean = first / (1 - std::pow(options.beta1, step));
    const double square = second / (1 - std::pow(options.beta2, step));
    value -= rate * mean / (std::sqrt(square) + options.epsilon);
  }
};

void compareWithReference(const OptimizerOptions& options, at::IntArrayRef shape) {
  const double weightDecay = options.weightDecay;
  at::Tensor parameter = at::linspace(-1, 1, kSize).reshape(shape).clone();
  if (shape.size() == 5) parameter = parameter.contiguous(at::MemoryFormat::ChannelsLast3d);
  parameter.set_requires_grad(true);
  std::vector<Reference> reference(kSize);
  for (int64_t i = 0; i < kSize; ++i) reference[i].value = parameter.detach().flatten()[i].item<double>();

  Optimizer optimizer({{{parameter}, weightDecay, 1}}, options);
  for (int step = 1; step <= kOptimizerSteps; ++step) {
    at::Tensor gradient = at::empty({kSize});
    for (int64_t i = 0; i < kSize; ++i) gradient[i] = gradientAt(step, i);
    parameter.mutable_grad() = gradient.reshape(shape);  // row-major, whatever the parameter's layout is
    optimizer.step(learningRateAt(step));
    for (int64_t i = 0; i < kSize; ++i) {
      if (options.kind == OptimizerKind::kSgd) {
        reference[i].sgd(gradientAt(step, i), learningRateAt(step), options, weightDecay);
      } else {
        reference[i].adamW(gradientAt(step, i), learningRateAt(step), options, weightDecay, step);
      }
    }
  }
  for (int64_t i = 0; i < kSize; ++i) {
    EXPECT_NEAR(parameter.detach().flatten()[i].item<double>(), reference[i].value, 2e-6) << "element " << i;
  }
}

OptimizerOptions sgd(double momentum, bool nesterov) {
  OptimizerOptions options;
  options.kind = OptimizerKind::kSgd;
  options.momentum = momentum;
  options.nesterov = nesterov;
  options.weightDecay = 0.03;
  return options;
}

OptimizerOptions adamW() {
  OptimizerOptions options;
  options.kind = OptimizerKind::kAdamW;
  options.weightDecay = 0.03;
  return options;
}

TEST(Optimizer, SgdWithoutMomentumMatchesReference) { compareWithReference(sgd(0, false), {3, 4}); }
TEST(Optimizer, SgdWithMomentumMatchesReference) { compareWithReference(sgd(0.9, false), {3, 4}); }
TEST(Optimizer, SgdWithNesterovMatchesReference) { compareWithReference(sgd(0.9, true), {3, 4}); }
TEST(Optimizer, AdamWMatchesReference) { compareWithReference(adamW(), {3, 4}); }

TEST(Optimizer, GroupsHaveTheirOwnDecayAndRate) {
  at::Tensor plain = at::ones({2, 2});
  at::Tensor slow = at::ones({2, 2});
  at::Tensor decayed = at::ones({2, 2});
  Optimizer optimizer({{{plain}, 0, 1}, {{slow}, 0, 0.25}, {{decayed}, 0.5, 1}}, sgd(0, false));
  for (at::Tensor* parameter : {&plain, &slow, &decayed}) parameter->mutable_grad() = at::ones({2, 2});
  optimizer.step(0.1);
  EXPECT_TRUE(plain.allclose(at::full({2, 2}, 0.9)));
  EXPECT_TRUE(slow.allclose(at::full({2, 2}, 0.975)));
  EXPECT_TRUE(decayed.allclose(at::full({2, 2}, 0.85)));
}

TEST(Optimizer, TakesGradientsOfAnotherLayoutThanTheWeights) {
  compareWithReference(sgd(0.9, false), {2, 3, 1, 2, 1});
  compareWithReference(adamW(), {2, 3, 1, 2, 1});
}

TEST(Optimizer, LeavesAParameterWithoutGradientAlone) {
  at::Tensor used = at::ones({2, 2});
  at::Tensor unused = at::ones({2, 2});
  Optimizer optimizer({{{used, unused}, 0.03, 1}}, adamW());
  used.mutable_grad() = at::ones({2, 2});
  optimizer.step(0.1);
  EXPECT_TRUE(unused.equal(at::ones({2, 2})));
  EXPECT_FALSE(used.equal(at::ones({2, 2})));
}

TEST(Optimizer, CopiedStateGoesOnAsTheOriginal) {
  for (const OptimizerOptions& options : {sgd(0.9, true), adamW()}) {
    at::Tensor first = at::linspace(-1, 1, 6).reshape({2, 3});
    Optimizer original({{{first}, 0.03, 1}}, options);
    first.mutable_grad() = at::linspace(0, 1, 6).reshape({2, 3});
    original.step(0.1);

    at::Tensor second = first.detach().clone();
    Optimizer restored({{{second}, 0.03, 1}}, options);
    const auto from = original.state();
    const auto to = restored.state();
    ASSERT_EQ(from.size(), to.size());
    for (size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i]);
    second.mutable_grad() = first.grad().clone();
    original.step(0.1);
    restored.step(0.1);
    EXPECT_TRUE(first.equal(second));
  }
}

TEST(GradientNorm, IsOfAllTogether) {
  at::Tensor a = at::zeros({2});
  at::Tensor b = at::zeros({1, 1});
  at::Tensor unused = at::zeros({1});
  EXPECT_EQ(gradientNorm({a, b}).item<double>(), 0);
  a.mutable_grad() = at::tensor({3.0f, 0.0f});
  b.mutable_grad() = at::full({1, 1}, 4.0f);
  EXPECT_NEAR(gradientNorm({a, unused, b}).item<double>(), 5.0, 1e-6);
  scaleGradients({a, unused, b}, 0.2);
  EXPECT_NEAR(gradientNorm({a, unused, b}).item<double>(), 1.0, 1e-6);
  EXPECT_NEAR(a.grad()[0].item<double>(), 0.6, 1e-6);
  EXPECT_NEAR(b.grad().item<double>(), 0.8, 1e-6);
}

TEST(GradientNorm, IsNotFiniteWhereAGradientIsNot) {
  at::Tensor a = at::zeros({2});
  a.mutable_grad() = at::tensor({1.0f, std::nanf("")});
  EXPECT_FALSE(std::isfinite(gradientNorm({a}).item<double>()));
}

}  // namespace
}  // namespace kinetorch::training
