#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>

#include "native/kernels/conv.h"
#include "test/native/kernels/cases.h"
#include "test/native/kernels/guarded_buffer.h"
#include "test/native/kernels/random_case.h"
#include "test/native/kernels/reference_conv.h"
#include "test/native/kernels/thread_for.h"

namespace kinetorch::kernels {
namespace {

using test::ConvCase;
using GuardedBuffer = test::GuardedBuffer<float>;
using test::KernelCase;
using test::ResidualKind;

double tolerance(ConvAlgorithm algorithm) { return algorithm == ConvAlgorithm::kWinograd4 ? 1e-5 : 2e-6; }

void fillRandomly(GuardedBuffer& buffer, std::mt19937& random) {
  std::normal_distribution<float> normal;
  for (float& value : buffer) value = normal(random);
}

double errorOf(const ConvCase& c, const KernelCase& kernel, const std::function<ConvPlan(const PackedConv&)>& planFor,
               std::mt19937& random) {
  const auto buffer = [](int64_t size) { return GuardedBuffer(static_cast<size_t>(size)); };
  GuardedBuffer input = buffer(test::elementsIn(c.input, c.layer.inputChannels));
  GuardedBuffer weights = buffer(test::weightsIn(c.layer));
  GuardedBuffer bias = buffer(c.layer.outputChannels);
  GuardedBuffer residual = buffer(test::elementsIn(outputSize(c.layer, c.input), c.layer.outputChannels));
  GuardedBuffer output(residual.size());
  for (GuardedBuffer* each : {&input, &weights, &bias, &residual}) fillRandomly(*each, random);

  const float* maybeBias = c.bias ? bias.data() : nullptr;
  const float* maybeResidual = c.residual == ResidualKind::kNone ? nullptr : residual.data();
  const test::ReferenceConv reference =
      test::referenceConv(c.layer, c.input, input.data(), weights.data(), maybeBias, maybeResidual, c.relu);
  ConvArguments arguments = {kernel.elementKind, input.data(), output.data(), maybeResidual, c.relu};
  if (c.residual == ResidualKind::kInOutput) {
    std::copy(residual.begin(), residual.end(), output.begin());
    arguments.residual = output.data();
  }

  test::ThreadFor threads(c.threads);
  const PackedConv conv(c.layer, kernel.algorithm, weights.data(), maybeBias, threads, kernel.target);
  const ConvPlan plan = planFor(conv);
  GuardedBuffer workspace(workspaceBytes(conv, plan, c.input, c.threads) / sizeof(float));
  run(conv, plan, c.input, arguments, workspace.data(), threads);
  EXPECT_TRUE(input.intact() && weights.intact() && bias.intact() && residual.intact());
  EXPECT_TRUE(output.intact());
  EXPECT_TRUE(workspace.intact());
  return reference.errorOf(output.data());
}

class EveryKernel : public testing::TestWithParam<KernelCase> {};

TEST_P(EveryKernel, AgreesWithTheReferenceOnRandomLayers) {
  constexpr int kCases = 150;
  const KernelCase& kernel = GetParam();
  test::RandomCases cases(kernel, 20);
  for (int i = 0; i < kCases; ++i) {
    const ConvCase c = cases.next();
    ASSERT_TRUE(supports(c.layer, kernel.algorithm));
    const auto drawn = [&](const PackedConv&) { return c.plan; };
    EXPECT_LT(errorOf(c, kernel, drawn, cases.random()), tolerance(kernel.algorithm)) << c;
    if (HasFailure()) return;
  }
}

// Of a few pixels, as the reference is slow; layers with more weights differ in nothing but that.
TEST_P(EveryKernel, AgreesWithTheReferenceOnTheLayersOfNetworks) {
  constexpr int64_t kMostWeights = 150000;
  const KernelCase& kernel = GetParam();
  std::mt19937 random(21);
  for (const test::LayerCase& each : test::layerCases()) {
    if (!supports(each.layer, kernel.algorithm) || test::weightsIn(each.layer) > kMostWeights) continue;
    const ConvCase c = {each.layer, {1, 3, 4, 5}, {}, 2, true, true, ResidualKind::kApart};
    const auto byDefault = [&](const PackedConv& conv) { return defaultPlan(conv, c.input, c.threads); };
    EXPECT_LT(errorOf(c, kernel, byDefault, random), tolerance(kernel.algorithm)) << each.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, EveryKernel, testing::ValuesIn(test::kernelCases(ElementKind::kFloat32)),
                         [](const testing::TestParamInfo<KernelCase>& test) { return nameOf(test.param); });

}  // namespace
}  // namespace kinetorch::kernels
