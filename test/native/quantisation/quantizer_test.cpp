#include "native/quantisation/quantizer.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "native/architectures/build.h"
#include "native/network/load_network.h"
#include "native/network/passes/convolution_node.h"
#include "native/network/passes/suitable_convolution.h"
#include "native/preprocessing/preprocess.h"
#include "test/native/model/file_of.h"
#include "test/native/network/frozen_graph.h"
#include "test/native/network/lively_network.h"
#include "test/native/support/code_of.h"
#include "test/native/support/relative_error.h"

namespace kinetorch::quantisation {
namespace {

using network::Output;

QuantizerOptions smallOptions(int64_t numClasses = test::kLivelyClasses) {
  QuantizerOptions options;
  options.input = test::smallInput();
  options.numClasses = numClasses;
  options.threads = 1;
  return options;
}

// Noise of another size than the input's.
Quantizer::Clips noise(size_t count) {
  uint32_t state = 7;
  Quantizer::Clips clips(count);
  for (preprocessing::Frames& frames : clips) {
    preprocessing::Clip& clip = frames.clip;
    clip.frames = 6;
    clip.height = 40;
    clip.width = 48;
    clip.bytes.resize(static_cast<size_t>(6 * 40 * 48 * 3));
    for (size_t i = 0; i < clip.bytes.size(); ++i) {
      state = state * 1664525U + 1013904223U;
      clip.bytes[i] = static_cast<uint8_t>((state >> 25) + i % 128);
    }
  }
  return clips;
}

at::Tensor tensorOf(const preprocessing::Frames& frames) {
  const preprocessing::InputSpec input = test::smallInput();
  const at::Tensor clip = at::empty({1, 3, 4, 32, 32}, at::kFloat, at::MemoryFormat::ChannelsLast3d);
  preprocessing::preprocessClip(frames.clip, frames.crop, input, clip, 0);
  return clip;
}

double signalToNoise(const std::vector<float>& signal, const std::vector<float>& found) {
  double power = 0;
  double noise = 0;
  for (size_t i = 0; i < signal.size(); ++i) {
    power += std::pow(signal[i], 2);
    noise += std::pow(signal[i] - found[i], 2);
  }
  return 10 * std::log10(power / noise);
}

std::unique_ptr<network::Network> load(const model::ModelFile& file, int64_t numClasses) {
  network::OptimizeOptions optimize;
  optimize.level = network::Optimization::kOff;
  network::ExpectedOutputs expected;
  expected.numClasses = numClasses;
  return network::loadNetwork(file, test::smallInput(), expected, at::kCPU, at::kFloat, optimize);
}

// As a model is loaded that runs in int8.
std::unique_ptr<network::Network> loadInt8(const model::ModelFile& file, const Quantizer& quantizer,
                                           const std::vector<uint8_t>& int8, int64_t numClasses) {
  network::OptimizeOptions optimize;
  optimize.measureMs = 50;
  optimize.maxWeightBytes = int64_t{1} << 30;
  optimize.maxBatchSize = 3;
  const std::vector<LayerRanges> ranges = quantizer.ranges();
  for (size_t i = 0; i < ranges.size(); ++i) {
    optimize.quantisation.push_back({int8.at(i) != 0, ranges[i].input, ranges[i].residual});
  }
  network::ExpectedOutputs expected;
  expected.numClasses = numClasses;
  return network::loadNetwork(file, test::smallInput(), expected, at::kCPU, at::kFloat, optimize);
}

// What the network gives with the weights of these layers rounded, by LibTorch alone.
at::Tensor roundedLogits(const torch::jit::Module& module, const std::vector<uint8_t>& int8, const at::Tensor& clip) {
  const test::FrozenGraph frozen(module.clone());
  const auto convolutions = network::convolutionsIn(frozen.graph()->block(), network::suitsInt8);
  for (size_t i = 0; i < convolutions.size(); ++i) {
    if (int8.at(i) == 0) continue;
    const at::Tensor weight = network::convolutionOf(convolutions[i])->weight;
    const at::Tensor step = weight.abs().amax({1, 2, 3, 4}, true) / 127;
    convolutions[i]->input(1)->node()->t_(c10::attr::value, (weight / step).round() * step);
  }
  return frozen.run(clip);
}

class QuantizerFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("kinetorch-quantizer-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = (folder_ / "int8.pt").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  model::ModelFile saved() const { return model::ModelFile::open({path_, {}}); }

  std::filesystem::path folder_;
  std::string path_;
};

std::vector<uint8_t> everyOther(size_t layers) {
  std::vector<uint8_t> flags(layers);
  for (size_t i = 0; i < layers; i += 2) flags[i] = 1;
  return flags;
}

void checkSaved(const torch::jit::Module& module, Quantizer& quantizer, const std::vector<uint8_t>& flags,
                network::Network& network) {
  const c10::InferenceMode guard;
  const at::Tensor clip = tensorOf(noise(1)[0]);
  const at::Tensor expected = roundedLogits(module, flags, clip);
  EXPECT_LE(test::relativeError(network.logits(clip), expected), 1e-4);
  EXPECT_EQ(quantizer.layers().size(), flags.size());
}

TEST_F(QuantizerFiles, WhatIsSavedGivesWhatTheRoundedWeightsGive) {
  for (const char* architecture : {"r2plus1d_dw", "r3d_18"}) {
    const torch::jit::Module module = test::lively(architecture, test::kLivelyClasses);
    Quantizer quantizer(test::fileOf(module), smallOptions());
    quantizer.observe(noise(2));
    quantizer.setMethod(RangeMethod::kMinMax);
    const std::vector<uint8_t> all(quantizer.layers().size(), 1);
    for (const std::vector<uint8_t>& flags : {all, everyOther(all.size())}) {
      quantizer.save(path_, flags, "{\"of\":\"these\"}");
      EXPECT_EQ(saved().metadata(), "{\"of\":\"these\"}");
      checkSaved(module, quantizer, flags, *load(saved(), test::kLivelyClasses));
    }
  }
}

// Alone, in batches that were measured and one that was not.
void expectAsSimulated(Quantizer& quantizer, const std::vector<uint8_t>& int8, network::Network& network) {
  const c10::InferenceMode guard;
  ASSERT_TRUE(network.isInt8());
  EXPECT_TRUE(network.warnings().empty());
  const Quantizer::Clips clips = noise(3);
  const std::vector<float> simulated = quantizer.logits(clips, int8);
  const std::vector<float> exact = quantizer.logits(clips, std::vector<uint8_t>(int8.size()));
  for (const size_t count : {1, 2, 3}) {
    std::vector<at::Tensor> batch;
    for (size_t i = 0; i < count; ++i) batch.push_back(tensorOf(clips[i]));
    const at::Tensor found = network.logits(at::cat(batch)).contiguous();
    const std::vector<float> rows(found.const_data_ptr<float>(), found.const_data_ptr<float>() + found.numel());
    const auto firstOf = [&](const std::vector<float>& all) {
      return std::vector<float>(all.begin(), all.begin() + found.numel());
    };
    // Sums in another order round some bytes otherwise, and all layers after them: noise of the same size, not more
    // loss.
    EXPECT_GT(signalToNoise(firstOf(simulated), rows), 30) << count;
    EXPECT_GT(signalToNoise(firstOf(exact), rows), signalToNoise(firstOf(exact), firstOf(simulated)) - 6) << count;
  }
}

TEST_F(QuantizerFiles, RunsInInt8AsSimulated) {
  for (const char* architecture : {"r2plus1d_dw", "r2plus1d_18", "ir_csn_26"}) {
    SCOPED_TRACE(architecture);
    Quantizer quantizer(test::fileOf(test::lively(architecture, test::kLivelyClasses)), smallOptions());
    quantizer.observe(noise(3));
    quantizer.setMethod(RangeMethod::kMinMax);
    const std::vector<uint8_t> all(quantizer.layers().size(), 1);
    for (const std::vector<uint8_t>& flags : {all, everyOther(all.size())}) {
      quantizer.save(path_, flags, "{}");
      expectAsSimulated(quantizer, flags, *loadInt8(saved(), quantizer, flags, test::kLivelyClasses));
    }
    EXPECT_FALSE(loadInt8(saved(), quantizer, std::vector<uint8_t>(all.size()), test::kLivelyClasses)->isInt8());
  }
}

TEST_F(QuantizerFiles, CountsTheBytesOfInt8) {
  Quantizer quantizer(test::fileOf(test::lively("r3d_18", test::kLivelyClasses)), smallOptions());
  quantizer.observe(noise(1));
  quantizer.setMethod(RangeMethod::kMinMax);
  const std::vector<uint8_t> all(quantizer.layers().size(), 1);
  quantizer.save(path_, all, "{}");
  const int64_t float32 = load(saved(), test::kLivelyClasses)->bytes();
  const int64_t int8 = loadInt8(saved(), quantizer, all, test::kLivelyClasses)->bytes();
  EXPECT_GT(int8, float32 / 5);
  EXPECT_LT(int8, float32 / 3);
}

TEST_F(QuantizerFiles, ANetworkMadeHereKeepsItsOtherOutputs) {
  const torch::jit::Module module = test::lively("r2plus1d_18", test::kLivelyClasses);
  const model::ModelFile file = test::fileOf(module);
  Quantizer quantizer(file, smallOptions());
  quantizer.observe(noise(1));
  quantizer.setMethod(RangeMethod::kMinMax);
  quantizer.save(path_, std::vector<uint8_t>(quantizer.layers().size(), 1), "{}");
  const auto plain = load(file, test::kLivelyClasses);
  const auto network = load(saved(), test::kLivelyClasses);
  EXPECT_EQ(network->outputs().names(), plain->outputs().names());
  EXPECT_TRUE(network->headOfFeatures().equal(plain->headOfFeatures()));
  EXPECT_TRUE(network->warnings().empty());
  EXPECT_EQ(network->bytes(), plain->bytes());
  const c10::InferenceMode guard;
  const auto given = network->run(tensorOf(noise(1)[0]), {Output::kLogits, Output::kEmbedding, Output::kFeatures});
  const at::Tensor embedding = given[Output::kFeatures].mean({2, 3, 4});
  EXPECT_LE(test::relativeError(given[Output::kEmbedding], embedding), 1e-5);
  const at::Tensor bias = architectures::moduleAt(module, "fc").value().attr("bias").toTensor();
  EXPECT_LE(test::relativeError(given[Output::kLogits], at::linear(embedding, plain->headOfFeatures(), bias)), 1e-4);
  const double original = static_cast<double>(model::serializeModule(module, "{}").size());
  EXPECT_LE(static_cast<double>(std::filesystem::file_size(path_)), 0.3 * original);
}

TEST_F(QuantizerFiles, TheSimulationIsNearAndCorrectedBiasesBringItNearer) {
  Quantizer quantizer(test::fileOf(test::lively("r2plus1d_dw", test::kLivelyClasses)), smallOptions());
  const std::vector<uint8_t> all(quantizer.layers().size(), 1);
  const std::vector<uint8_t> none(all.size(), 0);
  const Quantizer::Clips clips = noise(3);
  quantizer.observe(clips);
  quantizer.setMethod(RangeMethod::kMinMax);
  const std::vector<float> plain = quantizer.logits(clips, none);
  ASSERT_EQ(plain.size(), 3U * test::kLivelyClasses);
  const double simulated = signalToNoise(plain, quantizer.logits(clips, all));
  EXPECT_GT(simulated, 15);
  EXPECT_GT(signalToNoise(plain, quantizer.logits(clips, everyOther(all.size()))), simulated);
  quantizer.correctBias({clips.begin(), clips.begin() + 1}, all);
  quantizer.correctBias({clips.begin() + 1, clips.end()}, all);
  const std::vector<float> corrected = quantizer.logits(clips, all);
  EXPECT_GT(signalToNoise(plain, corrected), simulated + 1);
  EXPECT_EQ(quantizer.logits(clips, none), plain);
  quantizer.setMethod(RangeMethod::kMinMax);
  EXPECT_NEAR(signalToNoise(plain, quantizer.logits(clips, all)), simulated, 1e-6);
}

TEST_F(QuantizerFiles, RangesAreOfWhatEachLayerReads) {
  Quantizer quantizer(test::fileOf(test::lively("r3d_18", test::kLivelyClasses)), smallOptions());
  const Quantizer::Clips clips = noise(2);
  quantizer.observe(clips);
  quantizer.setMethod(RangeMethod::kMinMax);
  const std::vector<LayerRanges> ranges = quantizer.ranges();
  ASSERT_EQ(ranges.size(), quantizer.layers().size());
  const at::Tensor both = at::cat({tensorOf(clips[0]), tensorOf(clips[1])});
  EXPECT_FLOAT_EQ(static_cast<float>(ranges[0].input.max), both.max().item<float>());
  size_t residuals = 0;
  for (const LayerRanges& each : ranges) {
    EXPECT_LE(each.input.min, 0);
    EXPECT_GT(each.input.max, 0);
    residuals += each.residual ? 1 : 0;
  }
  EXPECT_EQ(residuals, 8U);           // one a block
  EXPECT_EQ(ranges[1].input.min, 0);  // behind ReLU
}

// Convolutions within a branch, one without a bias, one in groups, and a batch norm to fold.
torch::jit::Module foreign() {
  at::manual_seed(8);
  torch::jit::Module module("Foreign");
  module.register_attribute("training", c10::BoolType::get(), false);
  for (const char* name : {"a", "b", "c"}) module.register_parameter(name, at::randn({8, 8, 3, 3, 3}) * 0.1, false);
  module.register_parameter("stem", at::randn({8, 3, 1, 3, 3}), false);
  module.register_parameter("grouped", at::randn({8, 2, 1, 3, 3}) * 0.3, false);
  for (const char* name : {"scale", "shift", "bias", "mean"}) module.register_parameter(name, at::randn({8}), false);
  module.register_parameter("variance", at::rand({8}) + 0.5, false);
  module.register_parameter("head", at::randn({5, 8}), false);
  module.define(R"(
    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(torch.conv3d(x, self.stem, self.bias, [1, 2, 2], [0, 1, 1]))
        if x.size(2) > 2:
            y = torch.conv3d(x, self.a, None, [1, 1, 1], [1, 1, 1])
            y = torch.batch_norm(y, self.scale, self.shift, self.mean, self.variance, False, 0.1, 1e-5, True)
            x = torch.relu(y + x)
        x = torch.conv3d(x, self.grouped, None, [1, 1, 1], [0, 1, 1], [1, 1, 1], 4)
        x = torch.conv3d(x, self.b, self.bias, [1, 1, 1], [1, 1, 1])
        return torch.linear(x.mean([2, 3, 4]), self.head)
  )");
  return module;
}

TEST_F(QuantizerFiles, TakesANetworkFromElsewhere) {
  const torch::jit::Module module = foreign();
  Quantizer quantizer(test::fileOf(module), smallOptions(5));
  EXPECT_EQ(quantizer.layers().size(), 3U);  // not the one in groups
  quantizer.observe(noise(2));
  quantizer.setMethod(RangeMethod::kPercentile);
  const std::vector<uint8_t> all(3, 1);
  quantizer.save(path_, all, "{}");
  checkSaved(module, quantizer, all, *load(saved(), 5));
  expectAsSimulated(quantizer, all, *loadInt8(saved(), quantizer, all, 5));  // though it may not keep clips apart
  const Quantizer::Clips clips = noise(2);
  quantizer.correctBias(clips, all);
  quantizer.save(path_, all, "{}");
  const c10::InferenceMode guard;
  const at::Tensor clip = tensorOf(clips[0]);
  const at::Tensor rounded = roundedLogits(module, all, clip);
  EXPECT_GT(test::relativeError(load(saved(), 5)->logits(clip), rounded), 1e-4);  // with other biases
}

TEST_F(QuantizerFiles, TakesEveryArchitecture) {
  for (const std::string& architecture : test::everyKindOfArchitecture()) {
    Quantizer quantizer(test::fileOf(test::lively(architecture, test::kLivelyClasses)), smallOptions());
    quantizer.observe(noise(1));
    quantizer.setMethod(RangeMethod::kSquaredError);
    const std::vector<uint8_t> all(quantizer.layers().size(), 1);
    EXPECT_EQ(test::codeOf([&] { quantizer.save(path_, all, "{}"); }), "no error") << architecture;
  }
}

TEST_F(QuantizerFiles, RefusesWhatItCannotDo) {
  const model::ModelFile file = test::fileOf(foreign());
  const auto codeOf = [](const auto& call) { return test::codeOf(call); };
  EXPECT_EQ(codeOf([&] { Quantizer(file, smallOptions(6)); }), "ERR_MODEL_METADATA");
  torch::jit::Module flat("Flat");
  flat.register_parameter("head", at::randn({5, 3}), false);
  flat.define("def forward(self, x: Tensor) -> Tensor:\n    return torch.linear(x.mean([2, 3, 4]), self.head)\n");
  EXPECT_EQ(codeOf([&] { Quantizer(test::fileOf(flat), smallOptions(5)); }), "ERR_UNSUPPORTED");

  Quantizer quantizer(file, smallOptions(5));
  const std::vector<uint8_t> all(3, 1);
  EXPECT_EQ(codeOf([&] { quantizer.setMethod(RangeMethod::kMinMax); }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(codeOf([&] { quantizer.ranges(); }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(codeOf([&] { quantizer.save(path_, all, "{}"); }), "ERR_INVALID_ARGUMENT");
  quantizer.observe(noise(1));
  quantizer.setMethod(RangeMethod::kMinMax);
  EXPECT_EQ(codeOf([&] { quantizer.logits(noise(1), {1, 1}); }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(codeOf([&] { quantizer.save(path_, {1, 1}, "{}"); }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(codeOf([&] { quantizer.save((folder_ / "none" / "x.pt").string(), all, "{}"); }), "ERR_FILE_ACCESS");
}

}  // namespace
}  // namespace kinetorch::quantisation
