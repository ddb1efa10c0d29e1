#include "native/architectures/frame_cnn.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "native/architectures/build.h"
#include "native/architectures/frame_layers.h"
#include "test/native/architectures/parameters_of.h"

namespace kinetorch::architectures {
namespace {

using torch::jit::Module;

// With batch-norm statistics that are not those of fresh weights.
Module network(const std::string& name, const FrameCnnSpec& spec = {}) {
  Module module = buildArchitecture(name, 6, 3, spec);
  at::manual_seed(4);
  for (const auto& buffer : module.named_buffers()) {
    if (buffer.value.is_floating_point()) buffer.value.copy_(at::rand_like(buffer.value) + 0.5);
  }
  module.eval();
  return module;
}

at::Tensor run(Module module, const at::Tensor& clip) { return module.forward({clip}).toTensor(); }

class FrameCnnTest : public testing::Test {
  at::NoGradGuard noGrad;
};

TEST_F(FrameCnnTest, HasThePublishedParametersAndKeys) {
  const Module mobileNet = buildArchitecture("mobilenet_v2", 1000, 0);
  EXPECT_EQ(test::parametersOf(mobileNet), 3'504'872);
  std::set<std::string> keys;
  for (const auto& parameter : mobileNet.named_parameters()) keys.insert(parameter.name);
  for (const auto& buffer : mobileNet.named_buffers()) keys.insert(buffer.name);
  EXPECT_EQ(keys.size(), 314u);
  for (const char* key : {"features.0.0.weight", "features.1.conv.1.weight", "features.17.conv.3.running_var",
                          "features.18.1.num_batches_tracked", "classifier.1.bias"}) {
    EXPECT_EQ(keys.count(key), 1u) << key;
  }
  EXPECT_EQ(test::parametersOf(buildArchitecture("efficientnet_lite0", 1000, 0)), 4'652'008);
}

TEST_F(FrameCnnTest, IsTheNetworkOnEachFrame) {
  for (const char* name : {"mobilenet_v2", "efficientnet_lite0"}) {
    const Module module = network(name);
    const at::Tensor clip = at::rand({2, 3, 3, 45, 38});
    std::vector<at::Tensor> frames;
    for (int64_t t = 0; t < 3; ++t) frames.push_back(run(module, clip.slice(2, t, t + 1)));
    EXPECT_TRUE(run(module, clip).allclose(at::stack(frames).mean(0), 1e-4, 1e-5)) << name;
    const at::Tensor frame = clip.slice(2, 0, 1);
    EXPECT_TRUE(run(module, frame.expand({2, 3, 5, 45, 38}).contiguous()).allclose(run(module, frame), 1e-4, 1e-5))
        << name;
  }
}

TEST_F(FrameCnnTest, SeesDifferencesAsPictures) {
  FrameCnnSpec spec;
  spec.stream = FrameStream::kDifference;
  spec.lag = 2;
  spec.mean = {0.5, 0.25, 0};
  spec.std = {1, 0.5, 2};
  LayerFactory factory(0);
  Module layer = frameDifference(factory, spec.lag, spec.mean, spec.std);
  const at::Tensor steps = at::tensor({0.1f, 0.0f, 0.2f, 0.9f}).view({1, 1, 4, 1, 1}).expand({1, 3, 4, 1, 1});
  const at::Tensor pictures = layer.forward({steps}).toTensor();
  ASSERT_EQ(pictures.sizes(), (std::vector<int64_t>{1, 3, 2, 1, 1}));
  // 0.5 + 2 · 0.1 = 0.7, and 0.5 + 2 · 0.9, which is more than a picture's 1; then each channel's mean and deviation.
  EXPECT_TRUE(pictures.flatten().allclose(at::tensor({0.2f, 0.5f, 0.9f, 1.5f, 0.35f, 0.5f})));

  const at::Tensor still = at::rand({1, 3, 1, 33, 40}).expand({1, 3, 6, 33, 40}).contiguous();
  const at::Tensor grey = ((at::full({3}, 0.5) - at::tensor({0.5, 0.25, 0.0})) / at::tensor({1.0, 0.5, 2.0}))
                              .to(at::kFloat)
                              .view({1, 3, 1, 1, 1})
                              .expand({1, 3, 4, 33, 40});
  EXPECT_TRUE(run(network("mobilenet_v2", spec), still).allclose(run(network("mobilenet_v2"), grey), 1e-4, 1e-5));
}

TEST_F(FrameCnnTest, PoolsAsItIsTold) {
  FrameCnnSpec spec;
  for (const auto& [pool, width] : {std::pair{FramePool::kMean, 1280},
                                    {FramePool::kMeanAndChange, 2560},
                                    {FramePool::kMultiStage, 32 + 2 * 96 + 2 * 1280},
                                    {FramePool::kConvolution, 256},
                                    {FramePool::kLstm, 256}}) {
    spec.pool = pool;
    Module module = network("mobilenet_v2", spec);
    for (const int64_t frames : {1, 4}) {
      const at::Tensor clip = at::rand({2, 3, frames, 32, 32});
      EXPECT_EQ(module.get_method("embed")({clip}).toTensor().sizes(), (std::vector<int64_t>{2, width}));
      const at::Tensor logits = run(module, clip);
      EXPECT_EQ(logits.sizes(), (std::vector<int64_t>{2, 6}));
      EXPECT_TRUE(logits.isfinite().all().item<bool>());
    }
    EXPECT_EQ(headOf(module), "classifier.1");
  }
}

TEST_F(FrameCnnTest, MeanAndChangeAreTheirDefinition) {
  LayerFactory factory(0);
  Module layer = meanAndChange(factory);
  const at::Tensor frames = at::tensor({1.0f, 3.0f, 2.0f}).view({1, 1, 3, 1, 1}).expand({1, 1, 3, 2, 2});
  EXPECT_TRUE(layer.forward({frames}).toTensor().equal(at::tensor({2.0f, 1.5f}).view({1, 2})));
  EXPECT_TRUE(layer.forward({frames.slice(2, 0, 1)}).toTensor().equal(at::tensor({1.0f, 0.0f}).view({1, 2})));
}

TEST_F(FrameCnnTest, MeanAndMaximumAreTheirDefinition) {
  LayerFactory factory(0);
  Module layer = meanAndMaximum(factory);
  const at::Tensor clip = at::tensor({1.0f, 3.0f, 2.0f, 2.0f, -1.0f, 0.0f, -2.0f, -5.0f}).view({1, 1, 2, 2, 2});
  // 0 is the mean of all, and 1.5 that of 3 and 0, each frame's largest.
  EXPECT_TRUE(layer.forward({clip}).toTensor().equal(at::tensor({0.0f, 1.5f}).view({1, 2})));
}

struct Staged {
  const char* name;
  std::array<std::vector<std::string>, 3> parts;  // each to the map that is looked at next
};

std::vector<std::string> numbered(const std::string& path, int first, int last) {
  std::vector<std::string> paths;
  for (int i = first; i <= last; ++i) paths.push_back(path + "." + std::to_string(i));
  return paths;
}

TEST_F(FrameCnnTest, SeveralStagesArePooledAfterTheLastLayersOfTheirStrides) {
  FrameCnnSpec spec;
  spec.pool = FramePool::kMultiStage;
  std::vector<std::string> liteStart = numbered("_blocks", 0, 4);
  liteStart.insert(liteStart.begin(), {"pad_conv_stem", "_conv_stem", "_bn0", "relu_bn0"});
  std::vector<std::string> liteEnd = numbered("_blocks", 11, 15);
  liteEnd.insert(liteEnd.end(), {"_conv_head", "_bn1", "relu_bn1"});
  const std::vector<Staged> networks{
      {"mobilenet_v2", {numbered("features", 0, 6), numbered("features", 7, 13), numbered("features", 14, 18)}},
      {"efficientnet_lite0", {liteStart, numbered("_blocks", 5, 10), liteEnd}},
      {"resnet18", {{{"stem", "layer1", "layer2"}, {"layer3"}, {"layer4"}}}},
  };
  for (const auto& [name, parts] : networks) {
    const Module module = network(name, spec);
    const at::Tensor clip = at::rand({2, 3, 3, 70, 64});
    at::Tensor x = clip;
    std::vector<at::Tensor> expected;
    for (size_t stage = 0; stage < parts.size(); ++stage) {
      for (const std::string& path : parts[stage]) x = moduleAt(module, path)->forward({x}).toTensor();
      EXPECT_EQ(x.size(4), 8 >> stage) << name;
      expected.push_back(x.mean({2, 3, 4}));
      if (stage > 0) expected.push_back(x.amax({3, 4}).mean({2}));
    }
    const at::Tensor joined = at::cat(expected, 1);
    const at::Tensor vectors = module.get_method("embed")({clip}).toTensor();
    EXPECT_TRUE(vectors.allclose(joined / (joined.abs() + 0.01).sqrt(), 1e-4, 1e-5)) << name;
  }
}

// By TensorFlow's formula: ceil(size / stride) outputs, the odd row or column below and on the right.
TEST_F(FrameCnnTest, PadsAsTensorFlowDoes) {
  LayerFactory factory(0);
  for (const auto& [kernel, stride] : {std::pair<int64_t, int64_t>{3, 2}, {5, 2}, {3, 1}}) {
    Module layer = samePad(factory, kernel, stride);
    for (const int64_t size : {1, 7, 8, 15, 224}) {
      const int64_t outputs = (size + stride - 1) / stride;
      const int64_t pad = std::max<int64_t>((outputs - 1) * stride + kernel - size, 0);
      const at::Tensor padded = layer.forward({at::ones({1, 1, 1, size, 8})}).toTensor();
      EXPECT_EQ(padded.size(3), size + pad) << size << " " << kernel << " " << stride;
      const at::Tensor rows = padded.amax({0, 1, 2, 4});
      EXPECT_EQ(rows.slice(0, 0, pad / 2).sum().item<float>(), 0);
      EXPECT_EQ(rows.slice(0, pad / 2).sum().item<float>(), static_cast<float>(size));
    }
  }
}

TEST(FrameCnnTraining, HasGradientsEverywhere) {
  FrameCnnSpec spec;
  spec.stream = FrameStream::kDifference;
  spec.dropout = 0.5;
  for (const auto& [name, pool] :
       {std::pair{"mobilenet_v2", FramePool::kLstm}, {"efficientnet_lite0", FramePool::kMultiStage}}) {
    spec.pool = pool;
    Module module = buildArchitecture(name, 3, 0, spec);
    module.train();
    for (at::Tensor parameter : module.parameters()) parameter.set_requires_grad(true);
    module.forward({at::rand({2, 3, 4, 32, 32})}).toTensor().square().sum().backward();
    for (const auto& parameter : module.named_parameters()) {
      ASSERT_TRUE(parameter.value.grad().defined()) << name << " " << parameter.name;
      EXPECT_TRUE(parameter.value.grad().isfinite().all().item<bool>()) << name << " " << parameter.name;
    }
  }
}

}  // namespace
}  // namespace kinetorch::architectures
