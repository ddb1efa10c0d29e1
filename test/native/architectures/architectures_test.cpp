#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "native/architectures/build.h"
#include "native/architectures/catalog.h"
#include "native/architectures/layer_factory.h"
#include "native/runtime/error.h"
#include "test/native/architectures/parameters_of.h"

namespace kinetorch::architectures {
namespace {

std::set<std::string> keysOf(const torch::jit::Module& module) {
  std::set<std::string> keys;
  for (const auto& parameter : module.named_parameters()) keys.insert(parameter.name);
  for (const auto& buffer : module.named_buffers()) keys.insert(buffer.name);
  return keys;
}

TEST(Catalog, HoldsEveryArchitectureOnce) {
  std::vector<std::string> names;
  for (const ArchitectureInfo& info : architectures()) names.push_back(info.name);
  EXPECT_EQ(names, (std::vector<std::string>{"r3d_18",
                                             "mc3_18",
                                             "r2plus1d_18",
                                             "r2plus1d_34",
                                             "r2plus1d_50",
                                             "c2d_50",
                                             "c2d_101",
                                             "c2d_50_v1",
                                             "c2d_101_v1",
                                             "i3d_50",
                                             "i3d_101",
                                             "i3d_50_v1",
                                             "i3d_101_v1",
                                             "slow_50",
                                             "slow_101",
                                             "tsm_50",
                                             "tsm_101",
                                             "ir_csn_26",
                                             "ir_csn_50",
                                             "ir_csn_101",
                                             "ir_csn_152",
                                             "ip_csn_26",
                                             "ip_csn_50",
                                             "ip_csn_101",
                                             "ip_csn_152",
                                             "r2plus1d_16",
                                             "r2plus1d_dw",
                                             "mobilenet_v2",
                                             "efficientnet_lite0",
                                             "resnet18",
                                             "resnet50",
                                             "resnet101"}));
}

TEST(Catalog, NamesWhatItHasWhenAskedForAnother) {
  try {
    buildArchitecture("resnet49", 2, 0);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "ERR_INVALID_ARGUMENT");
    EXPECT_NE(std::string(error.what()).find("r2plus1d_34"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("\"resnet49\""), std::string::npos);
  }
}

// Counted by the formula of R(2+1)D with midplanes computed once a block; the stem has 45 midplanes.
int64_t r2Plus1dParameters(const std::array<int64_t, 4>& blocks, int64_t classes) {
  int64_t count = 3 * 45 * 49 + 2 * 45 + 45 * 64 * 3 + 2 * 64;
  int64_t in = 64;
  for (size_t stage = 0; stage < 4; ++stage) {
    const int64_t out = int64_t{64} << stage;
    for (int64_t block = 0; block < blocks[stage]; ++block) {
      const int64_t mid = in * out * 27 / (in * 9 + 3 * out);
      count += (in + out) * mid * 9 + 2 * mid * out * 3 + 2 * (2 * mid + 2 * out);
      if (in != out) count += in * out + 2 * out;
      in = out;
    }
  }
  return count + 512 * classes + classes;
}

TEST(R2Plus1d, HasTheParametersOfItsFormula) {
  EXPECT_EQ(r2Plus1dParameters({2, 2, 2, 2}, 400), 31'505'325);
  EXPECT_EQ(test::parametersOf(buildArchitecture("r2plus1d_34", 400, 0)), r2Plus1dParameters({3, 4, 6, 3}, 400));
}

TEST(CompactResNet, IsSmall) {
  EXPECT_EQ(test::parametersOf(buildArchitecture("r2plus1d_dw", 400, 0)), 486'424);
  EXPECT_LE(test::parametersOf(buildArchitecture("r2plus1d_16", 400, 0)), 4'100'000);
}

// Published, for 400 classes: pytorchvideo's, whose code gives the same.
TEST(Inflated, HasThePublishedParameters) {
  const std::map<std::string, int64_t> published{
      {"c2d_50", 24'327'632},  {"c2d_101", 43'319'760},  {"i3d_50", 28'043'472}, {"i3d_101", 51'754'192},
      {"slow_50", 32'454'096}, {"slow_101", 60'359'120}, {"tsm_50", 24'327'632}, {"r2plus1d_50", 28'107'600}};
  for (const auto& [name, count] : published)
    EXPECT_EQ(test::parametersOf(buildArchitecture(name, 400, 0)), count) << name;
  EXPECT_EQ(test::parametersOf(buildArchitecture("i3d_50", 10, 0)), 27'244'362);
}

TEST(Inflated, ReachesOverTimeWherePublished) {
  const std::map<std::string, int64_t> temporal{
      {"c2d_50", 0}, {"i3d_50", 10}, {"i3d_101", 19}, {"slow_50", 9}, {"slow_101", 26}};
  for (const auto& [name, expected] : temporal) {
    int64_t count = 0;
    for (const auto& parameter : buildArchitecture(name, 2, 0).named_parameters()) {
      count += parameter.value.dim() == 5 && parameter.value.size(2) > 1 ? 1 : 0;
    }
    EXPECT_EQ(count, expected) << name;
  }
}

TEST(Inflated, HasTheKeysOfBottlenecks) {
  // 53 and 104 convolutions with a batch norm each, and the head.
  EXPECT_EQ(keysOf(buildArchitecture("i3d_50", 2, 0)).size(), 320u);
  EXPECT_EQ(keysOf(buildArchitecture("tsm_101", 2, 0)).size(), 626u);
  const std::set<std::string> keys = keysOf(buildArchitecture("r2plus1d_50", 2, 0));
  for (const char* key : {"stem.0.weight", "stem.1.bias", "layer1.0.conv1.0.weight", "layer1.0.conv2.0.0.weight",
                          "layer1.0.conv2.0.1.weight", "layer1.0.conv2.0.3.weight", "layer1.0.conv2.1.weight",
                          "layer4.2.conv3.1.running_var", "layer1.0.downsample.0.weight", "fc.weight"}) {
    EXPECT_EQ(keys.count(key), 1u) << key;
  }
}

// Eight channels that all hold 1, 2, 3: one looks a frame ahead, one behind.
TEST(TemporalShift, TakesNeighbouringFrames) {
  const at::Tensor clip = at::arange(1, 4).to(at::kFloat).view({1, 1, 3, 1, 1}).expand({2, 8, 3, 2, 2}).contiguous();
  const at::Tensor shifted = LayerFactory(0).temporalShift().forward({clip}).toTensor();
  ASSERT_EQ(shifted.sizes(), clip.sizes());
  const std::vector<std::vector<float>> frames{
      {2, 0, 1, 1, 1, 1, 1, 1}, {3, 1, 2, 2, 2, 2, 2, 2}, {0, 2, 3, 3, 3, 3, 3, 3}};
  for (int64_t t = 0; t < 3; ++t) {
    const at::Tensor expected = at::tensor(frames[static_cast<size_t>(t)]).view({1, 8, 1, 1}).expand({2, 8, 2, 2});
    EXPECT_TRUE(shifted.select(2, t).equal(expected)) << t;
  }
  const at::Tensor single = at::ones({1, 8, 1, 2, 2});
  EXPECT_EQ(LayerFactory(0).temporalShift().forward({single}).toTensor().sum().item<float>(), 24);
}

TEST(TemporalShift, IsInEveryBlockOrEverySecondOfManyBlocks) {
  const auto shiftsIn = [](const char* name) {
    std::vector<std::string> blocks;
    for (const auto& module : buildArchitecture(name, 2, 0).named_modules()) {
      const std::string end = ".shift";
      if (module.name.size() > end.size() && module.name.substr(module.name.size() - end.size()) == end) {
        blocks.push_back(module.name);
      }
    }
    return blocks;
  };
  EXPECT_EQ(shiftsIn("tsm_50").size(), 16u);
  EXPECT_EQ(shiftsIn("tsm_101").size(), 2u + 2u + 12u + 2u);
  EXPECT_EQ(shiftsIn("c2d_50").size(), 0u);
}

TEST(FramePool, TakesTheLargerOfEveryTwoFrames) {
  torch::jit::Module pool = LayerFactory(0).framePool();
  const at::Tensor clip = at::randn({2, 3, 5, 4, 4});
  const at::Tensor pooled = pool.forward({clip}).toTensor();
  ASSERT_EQ(pooled.sizes(), (std::vector<int64_t>{2, 3, 2, 4, 4}));
  EXPECT_TRUE(pooled.select(2, 1).equal(at::maximum(clip.select(2, 2), clip.select(2, 3))));
  EXPECT_TRUE(pool.forward({clip.slice(2, 0, 1)}).toTensor().equal(clip.slice(2, 0, 1)));
}

// One value of LocalContrast by its definition.
double localContrastAt(const at::TensorAccessor<float, 5>& clip, int64_t channel, int64_t time, int64_t y, int64_t x) {
  const int64_t half = clip.size(3) / 3 / 2;
  const auto inside = [&](int64_t row, int64_t column) {
    return row >= 0 && row < clip.size(3) && column >= 0 && column < clip.size(4);
  };
  const auto meanAround = [&](int64_t y0, int64_t x0, auto valueAt) {
    double sum = 0;
    int64_t count = 0;
    for (int64_t row = y0 - half; row <= y0 + half; ++row) {
      for (int64_t column = x0 - half; column <= x0 + half; ++column) {
        if (!inside(row, column)) continue;
        sum += valueAt(row, column);
        ++count;
      }
    }
    return sum / static_cast<double>(count);
  };
  const auto localMean = [&](int64_t c, int64_t row, int64_t column) {
    return meanAround(row, column, [&](int64_t r, int64_t k) {
      double sum = 0;
      for (int64_t t = 0; t < clip.size(2); ++t) sum += clip[0][c][t][r][k];
      return sum / static_cast<double>(clip.size(2));
    });
  };
  const double variance = meanAround(y, x, [&](int64_t r, int64_t k) {
    double sum = 0;
    for (int64_t c = 0; c < clip.size(1); ++c) {
      const double mean = localMean(c, r, k);
      for (int64_t t = 0; t < clip.size(2); ++t) sum += std::pow(clip[0][c][t][r][k] - mean, 2);
    }
    return sum / static_cast<double>(clip.size(1) * clip.size(2));
  });
  const double value = (clip[0][channel][time][y][x] - localMean(channel, y, x)) / (std::sqrt(variance) + 0.05);
  return std::clamp(value, -4.0, 4.0);
}

TEST(LocalContrast, IsItsDefinition) {
  torch::jit::Module layer = LayerFactory(0).localContrast();
  at::manual_seed(5);
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{1, 3, 4, 17, 12}, {1, 3, 1, 2, 5}, {1, 3, 2, 30, 3}}) {
    const at::Tensor clip = at::randn(shape) * at::linspace(0.01, 2, shape[4]) + at::arange(3).view({1, 3, 1, 1, 1});
    const at::Tensor actual = layer.forward({clip}).toTensor();
    ASSERT_EQ(actual.sizes(), clip.sizes());
    const auto values = clip.accessor<float, 5>();
    for (int64_t y = 0; y < shape[3]; ++y) {
      for (int64_t x = 0; x < shape[4]; ++x) {
        const int64_t c = (y + x) % 3;
        const int64_t t = y % shape[2];
        EXPECT_NEAR(actual[0][c][t][y][x].item<double>(), localContrastAt(values, c, t, y, x), 1e-4);
      }
    }
  }
  EXPECT_EQ(layer.forward({at::ones({1, 3, 2, 8, 8}, at::kHalf)}).toTensor().scalar_type(), at::kHalf);
}

TEST(StateDict, HasTorchvisionsKeys) {
  const std::set<std::string> r3d = keysOf(buildArchitecture("r3d_18", 5, 0));
  for (const char* key : {"stem.0.weight", "stem.1.running_mean", "layer1.0.conv1.0.weight", "layer1.0.conv1.1.bias",
                          "layer2.0.downsample.0.weight", "layer2.0.downsample.1.num_batches_tracked", "fc.bias"}) {
    EXPECT_EQ(r3d.count(key), 1u) << key;
  }
  const std::set<std::string> split = keysOf(buildArchitecture("r2plus1d_18", 5, 0));
  for (const char* key : {"stem.0.weight", "stem.1.weight", "stem.3.weight", "stem.4.bias", "layer1.0.conv1.0.0.weight",
                          "layer1.0.conv1.0.1.running_var", "layer1.0.conv1.0.3.weight", "layer1.0.conv1.1.weight"}) {
    EXPECT_EQ(split.count(key), 1u) << key;
  }
  EXPECT_EQ(keysOf(buildArchitecture("ir_csn_26", 5, 0)).count("layer1.0.conv2.0.weight"), 1u);
  const std::set<std::string> ip = keysOf(buildArchitecture("ip_csn_26", 5, 0));
  for (const char* key : {"layer1.0.conv2.0.0.weight", "layer1.0.conv2.0.1.weight", "layer1.0.conv2.0.2.weight"}) {
    EXPECT_EQ(ip.count(key), 1u) << key;
  }
}

TEST(Parts, AreTheChildrenOfEveryArchitecture) {
  for (const ArchitectureInfo& info : architectures()) {
    const torch::jit::Module network = buildArchitecture(info.name, 2, 0);
    std::vector<std::string> names = info.parts.stages;
    names.push_back(info.parts.head);
    for (const std::string& name : names) EXPECT_TRUE(moduleAt(network, name)) << info.name << " " << name;
    std::vector<std::string> children;
    for (const auto& child : network.named_children()) children.push_back(child.name);
    if (info.family != "cnn") {
      EXPECT_EQ(names, children) << info.name;
    }
    EXPECT_EQ(moduleAt(network, info.parts.head)->attr("weight").toTensor().size(0), 2) << info.name;
    EXPECT_EQ(headOf(network), info.parts.head) << info.name;
  }
  torch::jit::Module foreign("Foreign");
  foreign.register_module("fc", torch::jit::Module("Layer"));
  EXPECT_EQ(headOf(foreign), std::nullopt);
}

TEST(Weights, FollowTheSeed) {
  const auto weightOf = [](uint64_t seed) {
    return buildArchitecture("r2plus1d_dw", 5, seed).attr("fc").toModule().attr("weight").toTensor();
  };
  EXPECT_TRUE(at::equal(weightOf(1), weightOf(1)));
  EXPECT_FALSE(at::equal(weightOf(1), weightOf(2)));
}

TEST(Weights, AreDrawnAsTheFieldDoes) {
  const torch::jit::Module module = buildArchitecture("mc3_18", 400, 7);
  // Kaiming normal, fan_out: 512 output channels of a 1×3×3 kernel in layer4.
  for (const auto& parameter : module.named_parameters()) {
    if (parameter.name != "layer4.1.conv2.0.weight") continue;
    EXPECT_NEAR(parameter.value.std().item<double>(), std::sqrt(2.0 / (512 * 9)), 1e-4);
    EXPECT_NEAR(parameter.value.mean().item<double>(), 0.0, 1e-4);
  }
  const torch::jit::Module fc = module.attr("fc").toModule();
  EXPECT_NEAR(fc.attr("weight").toTensor().std().item<double>(), 0.01, 1e-4);
  EXPECT_EQ(fc.attr("bias").toTensor().abs().max().item<double>(), 0.0);
}

TEST(Networks, TakeAnyNumberOfFramesHeightWidthAndClasses) {
  at::NoGradGuard noGrad;
  for (const char* name : {"r2plus1d_dw", "r2plus1d_16", "mc3_18", "ip_csn_26", "i3d_50", "tsm_50", "r2plus1d_50"}) {
    torch::jit::Module module = buildArchitecture(name, 7, 0);
    module.eval();
    for (const std::vector<int64_t>& shape :
         {std::vector<int64_t>{1, 3, 8, 32, 48}, {2, 3, 5, 33, 31}, {1, 3, 1, 16, 16}}) {
      const at::Tensor out = module.forward({at::zeros(shape)}).toTensor();
      EXPECT_EQ(out.sizes(), (std::vector<int64_t>{shape[0], 7})) << name;
    }
  }
}

TEST(AveragePool, IsLibTorchsInThreeDimensionsAndKeepsTheLayout) {
  LayerFactory factory(1);
  for (const Size3& stride : {Size3{1, 2, 2}, Size3{2, 2, 2}, Size3{1, 1, 1}, Size3{3, 2, 4}}) {
    torch::jit::Module pool = factory.averagePool(stride);
    const std::vector<int64_t> steps{stride[0], stride[1], stride[2]};
    for (const std::vector<int64_t>& shape : {std::vector<int64_t>{2, 5, 6, 8, 10}, {1, 3, 5, 7, 9}, {2, 4, 1, 1, 3}}) {
      at::Tensor clip = at::randn(shape).contiguous(at::MemoryFormat::ChannelsLast3d).requires_grad_();
      at::Tensor same = clip.detach().clone().requires_grad_();
      std::vector<int64_t> window;
      for (size_t i = 0; i < 3; ++i) window.push_back(std::min(steps[i], shape[i + 2]));
      const at::Tensor expected = at::avg_pool3d(same, window, steps, {0, 0, 0}, true, false);
      const at::Tensor pooled = pool.forward({clip}).toTensor();
      EXPECT_TRUE(pooled.allclose(expected, 0, 1e-6));
      // Of one pixel or frame, layouts cannot be told apart.
      const bool isFlat = pooled.size(2) * pooled.size(3) == 1;
      EXPECT_TRUE(isFlat || pooled.is_contiguous(at::MemoryFormat::ChannelsLast3d)) << pooled.sizes();
      const at::Tensor gradient = at::randn(pooled.sizes());
      pooled.backward(gradient);
      expected.backward(gradient);
      EXPECT_TRUE(clip.grad().allclose(same.grad(), 0, 1e-6));
      for (const at::ScalarType type : {at::kHalf, at::kBFloat16}) {
        const at::Tensor halves = pool.forward({clip.detach().to(type)}).toTensor();
        EXPECT_EQ(halves.scalar_type(), type);
        EXPECT_TRUE(halves.to(at::kFloat).allclose(expected.detach(), 0.02, 0.02));
      }
    }
  }
}

}  // namespace
}  // namespace kinetorch::architectures
