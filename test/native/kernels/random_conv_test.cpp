#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "native/kernels/conv.h"
#include "native/simd/targets.h"
#include "test/native/kernels/random_case.h"
#include "test/native/kernels/reference_conv.h"
#include "test/native/kernels/thread_for.h"

namespace kinetorch::kernels {
namespace {

constexpr int kCases = 150;

// Every algorithm on every instruction set of this machine.
class RandomConv : public testing::TestWithParam<std::tuple<std::string, ConvAlgorithm>> {};

double tolerance(ConvAlgorithm algorithm) { return algorithm == ConvAlgorithm::kWinograd4 ? 1e-5 : 2e-6; }

double errorOf(const ConvCase& c, const std::string& target, std::mt19937& random) {
  GuardedBuffer input(floatsIn(c.input, c.layer.inputChannels));
  GuardedBuffer weights(weightFloats(c.layer));
  GuardedBuffer bias(static_cast<size_t>(c.layer.outputChannels));
  GuardedBuffer residual(floatsIn(outputSize(c.layer, c.input), c.layer.outputChannels));
  GuardedBuffer output(residual.size());
  for (GuardedBuffer* buffer : {&input, &weights, &bias, &residual}) fillRandomly(*buffer, random);

  const float* maybeBias = c.bias ? bias.data() : nullptr;
  const float* maybeResidual = c.residual == ResidualKind::kNone ? nullptr : residual.data();
  const ReferenceConv reference =
      referenceConv(c.layer, c.input, input.data(), weights.data(), maybeBias, maybeResidual, c.relu);
  ConvArguments arguments = {input.data(), output.data(), maybeResidual, c.relu};
  if (c.residual == ResidualKind::kInOutput) {
    std::copy(residual.begin(), residual.end(), output.begin());
    arguments.residual = output.data();
  }

  ThreadFor threads(c.threads);
  const PackedConv conv(c.layer, c.plan.algorithm, weights.data(), maybeBias, threads, target);
  GuardedBuffer workspace(workspaceBytes(conv, c.plan, c.input, c.threads) / sizeof(float));
  run(conv, c.plan, c.input, arguments, workspace.data(), threads);
  EXPECT_TRUE(input.intact() && weights.intact() && bias.intact() && residual.intact());
  EXPECT_TRUE(output.intact());
  EXPECT_TRUE(workspace.intact());
  return relativeError(reference, output.data());
}

TEST_P(RandomConv, AgreesWithTheReference) {
  const auto& [target, algorithm] = GetParam();
  RandomCases cases(algorithm, 20);
  for (int i = 0; i < kCases; ++i) {
    const ConvCase c = cases.next();
    ASSERT_TRUE(supports(c.layer, algorithm));
    EXPECT_LT(errorOf(c, target, cases.random()), tolerance(algorithm)) << c;
    if (HasFailure()) return;
  }
}

std::string nameOf(const testing::TestParamInfo<RandomConv::ParamType>& test) {
  const char* const names[] = {"Direct", "Winograd2", "Winograd4", "Depthwise"};
  return std::get<0>(test.param) + names[static_cast<size_t>(std::get<1>(test.param))];
}

INSTANTIATE_TEST_SUITE_P(Targets, RandomConv,
                         testing::Combine(testing::ValuesIn(simd::targetNames()),
                                          testing::Values(ConvAlgorithm::kDirect, ConvAlgorithm::kWinograd2,
                                                          ConvAlgorithm::kWinograd4, ConvAlgorithm::kDepthwise)),
                         nameOf);

}  // namespace
}  // namespace kinetorch::kernels
