#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <stdexcept>
#include <vector>

#include "native/kernels/conv.h"
#include "test/native/kernels/cases.h"
#include "test/native/kernels/guarded_buffer.h"
#include "test/native/kernels/int8_reference.h"
#include "test/native/kernels/random_case.h"
#include "test/native/kernels/thread_for.h"

namespace kinetorch::kernels {
namespace {

using test::ConvCase;
using test::KernelCase;
using test::ResidualKind;
template <typename Element>
using Buffer = test::GuardedBuffer<Element>;

constexpr ElementKind kInt8 = ElementKind::kInt8;

// How one case's activations are stored.
struct Storage {
  Quantisation input;
  Quantisation residual;
  std::optional<Quantisation> output;
  bool residualIsFloat = false;
};

std::ostream& operator<<(std::ostream& out, const Storage& storage) {
  out << " input zero " << storage.input.zero << (storage.residualIsFloat ? " float residual" : " residual in bytes");
  return storage.output ? out << " output zero " << storage.output->zero : out << " float output";
}

Storage randomStorage(std::mt19937& random, double typicalSum, bool residualInOutput) {
  const auto chance = [&](double share) { return std::bernoulli_distribution(share)(random); };
  const auto zero = [&] { return chance(0.5) ? 0 : std::uniform_int_distribution<int32_t>(0, 255)(random); };
  Storage storage;
  storage.input = {0.02F, zero()};
  storage.residual = {0.05F, zero()};
  // Of which most numbers are within 255 steps, and some are not.
  if (chance(0.7)) storage.output = {static_cast<float>(typicalSum / 60), zero()};
  storage.residualIsFloat = residualInOutput ? !storage.output : chance(0.3);
  return storage;
}

void fill(Buffer<uint8_t>& buffer, std::mt19937& random) {
  std::generate(buffer.begin(), buffer.end(), [&] { return static_cast<uint8_t>(random()); });
}

void fill(Buffer<int8_t>& buffer, std::mt19937& random) {
  std::uniform_int_distribution<int> weights(-127, 127);
  std::generate(buffer.begin(), buffer.end(), [&] { return static_cast<int8_t>(weights(random)); });
}

void fill(Buffer<float>& buffer, std::mt19937& random, float low, float high) {
  std::uniform_real_distribution<float> uniform(low, high);
  std::generate(buffer.begin(), buffer.end(), [&] { return uniform(random); });
}

// Numbers of an activation that is stored in bytes or floats; the other buffer is empty.
struct Activation {
  Activation(int64_t pixels, int64_t channels, bool isFloat)
      : stride(isFloat ? channels : storedChannels(channels)),
        bytes(isFloat ? 0 : static_cast<size_t>(pixels * stride)),
        floats(isFloat ? static_cast<size_t>(pixels * stride) : 0) {}

  void* data() { return floats.size() > 0 ? static_cast<void*>(floats.data()) : bytes.data(); }
  bool intact() { return bytes.intact() && floats.intact(); }

  int64_t stride;
  Buffer<uint8_t> bytes;
  Buffer<float> floats;
};

class Int8Kernel : public testing::TestWithParam<KernelCase> {
 protected:
  // Runs the case on random numbers and expects what integers and float64 give.
  static void expectExact(const ConvCase& c, std::mt19937& random) {
    const ConvLayer& layer = c.layer;
    const double depth = static_cast<double>(test::weightsIn(layer) / layer.outputChannels);
    const Storage storage =
        randomStorage(random, 0.02 * 0.003 * 5500 * 2 * std::sqrt(depth) + 1, c.residual == ResidualKind::kInOutput);
    const ClipSize size = outputSize(layer, c.input);
    const int64_t pixels = test::elementsIn(size, 1);
    Buffer<uint8_t> input(static_cast<size_t>(test::elementsIn(c.input, storedChannels(layer.inputChannels))));
    Buffer<int8_t> weights(static_cast<size_t>(test::weightsIn(layer)));
    Buffer<float> weightSteps(static_cast<size_t>(layer.outputChannels));
    Buffer<float> bias(weightSteps.size());
    Activation residual(pixels, layer.outputChannels, storage.residualIsFloat);
    Activation output(pixels, layer.outputChannels, !storage.output);
    fill(input, random);
    fill(weights, random);
    fill(weightSteps, random, 0.001F, 0.003F);
    fill(bias, random, -3, 3);
    fill(residual.bytes, random);
    fill(residual.floats, random, -6, 6);

    ConvArguments arguments = {kInt8, input.data(), output.data()};
    arguments.relu = c.relu;
    arguments.outputQuantisation = storage.output;
    arguments.residualIsFloat = storage.residualIsFloat;
    arguments.residualQuantisation = storage.residual;
    if (c.residual == ResidualKind::kApart) arguments.residual = residual.data();
    if (c.residual == ResidualKind::kInOutput) {
      std::copy(residual.bytes.begin(), residual.bytes.end(), output.bytes.begin());
      std::copy(residual.floats.begin(), residual.floats.end(), output.floats.begin());
      arguments.residual = output.data();
    }
    test::ThreadFor threads(c.threads);
    const PackedConv conv(layer, c.plan.algorithm, weights.data(), weightSteps.data(), c.bias ? bias.data() : nullptr,
                          storage.input, threads, GetParam().target);
    Buffer<std::byte> workspace(workspaceBytes(conv, c.plan, c.input, c.threads));
    run(conv, c.plan, c.input, arguments, workspace.data(), threads);
    EXPECT_TRUE(input.intact() && weights.intact() && weightSteps.intact() && bias.intact() && residual.intact());
    EXPECT_TRUE(output.intact());
    EXPECT_TRUE(workspace.intact());

    const std::vector<int64_t> sums =
        test::integerSums(layer, c.input, input.data(), storage.input.zero, weights.data());
    for (int64_t pixel = 0; pixel < pixels; ++pixel) {
      for (int64_t k = 0; k < layer.outputChannels; ++k) {
        test::RealValue real;
        real.add(static_cast<double>(sums[static_cast<size_t>(pixel * layer.outputChannels + k)]) *
                 static_cast<double>(storage.input.step * weightSteps.data()[k]));
        if (c.bias) real.add(static_cast<double>(bias.data()[k]));
        if (c.residual != ResidualKind::kNone) real.add(residualAt(residual, storage, pixel, k));
        if (c.relu) real.value = std::max(0.0, real.value);
        if (storage.output) {
          const uint8_t found = output.bytes.data()[pixel * output.stride + k];
          ASSERT_TRUE(test::isStoredAs(real, *storage.output, found))
              << int{found} << " for " << real.value << " in steps of " << storage.output->step << " at pixel " << pixel
              << " channel " << k << ' ' << c << storage;
        } else {
          const double found = static_cast<double>(output.floats.data()[pixel * output.stride + k]);
          ASSERT_NEAR(found, real.value, real.tolerance())
              << " at pixel " << pixel << " channel " << k << ' ' << c << storage;
        }
      }
      // What fills up four channels is the same in every run.
      if (!storage.output || c.residual != ResidualKind::kNone) continue;
      for (int64_t k = layer.outputChannels; k < output.stride; ++k) {
        ASSERT_EQ(output.bytes.data()[pixel * output.stride + k], storage.output->zero) << c << storage;
      }
    }
  }

 private:
  static double residualAt(const Activation& residual, const Storage& storage, int64_t pixel, int64_t k) {
    const int64_t index = pixel * residual.stride + k;
    if (storage.residualIsFloat) return static_cast<double>(residual.floats.data()[index]);
    return static_cast<double>(storage.residual.step) * (residual.bytes.data()[index] - storage.residual.zero);
  }
};

TEST_P(Int8Kernel, IsExactOnRandomLayers) {
  constexpr int kCases = 150;
  test::RandomCases cases(GetParam(), 30);
  for (int i = 0; i < kCases && !HasFatalFailure(); ++i) expectExact(cases.next(), cases.random());
}

TEST_P(Int8Kernel, IsExactOnTheLayersOfNetworks) {
  constexpr int64_t kMostWeights = 250000;
  std::mt19937 random(31);
  for (const test::LayerCase& each : test::layerCases()) {
    if (!supports(each.layer, GetParam().algorithm, kInt8) || test::weightsIn(each.layer) > kMostWeights) continue;
    ConvCase c = {each.layer, {1, 3, 4, 5}, {kInt8, GetParam().algorithm, 16, 32}, 2, true, true, ResidualKind::kApart};
    expectExact(c, random);
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Int8Kernel, testing::ValuesIn(test::kernelCases(kInt8)),
                         [](const testing::TestParamInfo<KernelCase>& test) { return nameOf(test.param); });

// Of an input of one value and weights of one magnitude, as float32.
std::vector<float> extremeOutput(const ConvLayer& layer, const ClipSize& size, uint8_t input, int8_t weight,
                                 Quantisation quantisation, const std::string& target) {
  const std::vector<uint8_t> inputs(static_cast<size_t>(test::elementsIn(size, storedChannels(layer.inputChannels))),
                                    input);
  const std::vector<int8_t> weights(static_cast<size_t>(test::weightsIn(layer)), weight);
  const std::vector<float> steps(static_cast<size_t>(layer.outputChannels), 1.0F);
  SerialFor serial;
  const PackedConv conv(layer, ConvAlgorithm::kDirect, weights.data(), steps.data(), nullptr, quantisation, serial,
                        target);
  const ConvPlan plan = defaultPlan(conv, size, 1);
  AlignedBuffer<std::byte> workspace(workspaceBytes(conv, plan, size, 1));
  std::vector<float> output(static_cast<size_t>(test::elementsIn(outputSize(layer, size), layer.outputChannels)));
  run(conv, plan, size, {kInt8, inputs.data(), output.data()}, workspace.data(), serial);
  return output;
}

TEST(Int8Conv, SumsTheLargestProductsWithoutSaturation) {
  for (const std::string& target : targetNames(kInt8)) {
    for (const ConvLayer& layer : {test::halfPadded(1152, 5, {3, 3, 3}), test::halfPadded(1, 33, {1, 1, 1})}) {
      const float products = static_cast<float>(test::weightsIn(layer) / layer.outputChannels);
      for (const int weight : {-127, 127}) {
        const float most = static_cast<float>(255 * weight) * products;
        const auto middle = [&](uint8_t input, int32_t zero) {
          const std::vector<float> output =
              extremeOutput(layer, {1, 3, 3, 3}, input, static_cast<int8_t>(weight), {1, zero}, target);
          return output[output.size() / 2];
        };
        EXPECT_EQ(middle(255, 0), most) << target;
        EXPECT_EQ(middle(0, 255), -most) << target;
        EXPECT_EQ(middle(255, 255), 0) << target;
      }
    }
  }
}

TEST(Int8Conv, GivesTheSameWhateverThePlanAndTheThreads) {
  const ClipSize size = {2, 5, 11, 9};
  std::mt19937 random(32);
  for (const ConvLayer& layer :
       {test::halfPadded(45, 77, {1, 3, 3}), test::halfPadded(3, 24, {3, 7, 7}, {1, 2, 2}),
        test::halfPadded(230, 21, {1, 1, 1}), test::halfPadded(45, 45, {3, 3, 3}, {1, 1, 1}, 45)}) {
    Buffer<uint8_t> input(static_cast<size_t>(test::elementsIn(size, storedChannels(layer.inputChannels))));
    Buffer<int8_t> weights(static_cast<size_t>(test::weightsIn(layer)));
    fill(input, random);
    fill(weights, random);
    const std::vector<float> steps(static_cast<size_t>(layer.outputChannels), 0.001F);
    SerialFor serial;
    const ConvAlgorithm algorithm = layer.groups == 1 ? ConvAlgorithm::kDirect : ConvAlgorithm::kDepthwise;
    const PackedConv conv(layer, algorithm, weights.data(), steps.data(), nullptr, {0.05F, 99}, serial);
    std::vector<uint8_t> first;
    for (const int count : {1, 2, 5}) {
      test::ThreadFor threads(count);
      for (const ConvPlan& plan : candidatePlans(conv, size, count)) {
        std::vector<uint8_t> output(
            static_cast<size_t>(test::elementsIn(outputSize(layer, size), storedChannels(layer.outputChannels))));
        AlignedBuffer<std::byte> workspace(workspaceBytes(conv, plan, size, count));
        ConvArguments arguments = {kInt8, input.data(), output.data()};
        arguments.outputQuantisation = Quantisation{0.7F, 120};
        run(conv, plan, size, arguments, workspace.data(), threads);
        if (first.empty()) first = output;
        ASSERT_EQ(output, first);
      }
    }
  }
}

TEST(Int8Conv, RefusesWhatItCannotDo) {
  const ConvLayer layer = test::halfPadded(8, 8, {1, 3, 3});
  const std::vector<int8_t> weights(static_cast<size_t>(test::weightsIn(layer)));
  const std::vector<float> steps(8, 1.0F);
  SerialFor serial;
  const auto pack = [&](const ConvLayer& of, ConvAlgorithm algorithm, const std::string& target = "") {
    return PackedConv(of, algorithm, weights.data(), steps.data(), nullptr, {}, serial, target);
  };
  EXPECT_THROW(pack(layer, ConvAlgorithm::kWinograd2), std::invalid_argument);
  EXPECT_THROW(pack(layer, ConvAlgorithm::kDirect, "MMX"), std::invalid_argument);
  // 2048 × 33 products of 255 × 127 do not fit into 32 bits, and so many are never read.
  EXPECT_THROW(pack(test::halfPadded(2048, 8, {1, 1, 33}), ConvAlgorithm::kDirect), std::invalid_argument);
  EXPECT_TRUE(supports(test::halfPadded(2048, 8, {1, 1, 31}), ConvAlgorithm::kDirect, kInt8));
  const PackedConv conv = pack(layer, ConvAlgorithm::kDirect);
  EXPECT_THROW(run(conv, {}, {1, 1, 8, 8}, {kInt8}, nullptr, serial), std::invalid_argument);
  EXPECT_THROW(run(conv, {kInt8}, {1, 1, 8, 8}, {}, nullptr, serial), std::invalid_argument);
  EXPECT_THROW(run(conv, {kInt8}, {1, 0, 8, 8}, {kInt8}, nullptr, serial), std::invalid_argument);
}

}  // namespace
}  // namespace kinetorch::kernels
