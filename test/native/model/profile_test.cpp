#include "native/model/profile.h"

#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include "native/architectures/build.h"
#include "native/architectures/catalog.h"
#include "test/native/model/file_of.h"

namespace kinetorch::model {
namespace {

using test::fileOf;

double gigaOf(const ModelProfile& profile) {
  int64_t macs = 0;
  for (const LayerProfile& layer : profile.layers) macs += layer.macs;
  return static_cast<double>(macs) / 1e9;
}

// Parameters with 400 classes, and billions of multiply-adds for a clip of each size, to the digits published.
struct Published {
  const char* name;
  int64_t parameters;
  struct Work {
    std::array<int64_t, 3> clip;
    double giga;
    double digit;
  };
  std::vector<Work> work;
};

class PublishedCounts : public testing::TestWithParam<Published> {};

TEST_P(PublishedCounts, AreMet) {
  const Published& published = GetParam();
  const ModelFile file = fileOf(architectures::buildArchitecture(published.name, 400, 0));
  for (const Published::Work& work : published.work) {
    const ModelProfile profile = profileModel(file, work.clip);
    EXPECT_EQ(profile.unknownOperator, "");
    EXPECT_EQ(profile.parameters, published.parameters);
    int64_t layerParameters = 0;
    for (const LayerProfile& layer : profile.layers) layerParameters += layer.parameters;
    EXPECT_EQ(layerParameters, published.parameters);
    EXPECT_NEAR(gigaOf(profile), work.giga, work.digit / 2);
    EXPECT_EQ(profile.layers.back().path, "fc");
    EXPECT_EQ(profile.layers.back().outputShape, (std::vector<int64_t>{400}));
  }
}

constexpr std::array<int64_t, 3> k112{16, 112, 112};
constexpr std::array<int64_t, 3> k224{32, 224, 224};
constexpr std::array<int64_t, 3> k256{32, 256, 256};

INSTANTIATE_TEST_SUITE_P(Architectures, PublishedCounts,
                         testing::Values(Published{"r3d_18", 33'371'472, {{k112, 40.697, 1e-3}}},
                                         Published{"mc3_18", 11'695'440, {{k112, 43.343, 1e-3}}},
                                         Published{"r2plus1d_18", 31'505'325, {{k112, 40.519, 1e-3}}},
                                         Published{"ir_csn_26", 8'569'552, {{k224, 31.7, 0.1}}},
                                         Published{"ip_csn_26", 9'269'712, {{k224, 35.8, 0.1}}},
                                         Published{"ir_csn_50", 13'131'152, {{k224, 42.3, 0.1}, {k256, 55.3, 0.1}}},
                                         Published{"ip_csn_50", 14'396'176, {{k224, 47.7, 0.1}, {k256, 62.2, 0.1}}},
                                         Published{"ir_csn_101", 22'213'776, {{k224, 56.5, 0.1}, {k256, 73.8, 0.1}}},
                                         Published{"ip_csn_101", 24'601'616, {{k224, 63.6, 0.1}, {k256, 83.0, 0.1}}},
                                         Published{"ir_csn_152", 29'703'568, {{k224, 74.0, 0.1}, {k256, 96.7, 0.1}}},
                                         Published{"ip_csn_152", 33'016'592, {{k224, 83.3, 0.1}, {k256, 108.8, 0.1}}}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ProfileModel, FollowsTheSmallNetworksDownToOneValue) {
  for (const auto& [name, giga] : {std::pair{"r2plus1d_dw", 0.118}, {"r2plus1d_16", 0.511}}) {
    const ModelFile file = fileOf(architectures::buildArchitecture(name, 3, 0));
    const ModelProfile profile = profileModel(file, {12, 64, 80});
    EXPECT_EQ(profile.unknownOperator, "");
    EXPECT_NEAR(gigaOf(profile), giga, 0.005 * giga) << name;
    EXPECT_EQ(profileModel(file, {2, 16, 16}).unknownOperator, "");
  }
}

torch::jit::Module custom(const std::string& forward) {
  torch::jit::Module module("Custom");
  module.register_parameter("weight", at::zeros({6, 3, 3, 3, 3}), false);
  module.define(forward);
  return module;
}

TEST(ProfileModel, FollowsStridePaddingAndDilation) {
  const ModelProfile profile = profileModel(fileOf(custom(R"(
    def forward(self, x: Tensor) -> Tensor:
        return torch.conv3d(x, self.weight, None, [1, 2, 2], [0, 1, 2], [2, 1, 3])
  )")),
                                            {8, 16, 16});
  ASSERT_EQ(profile.layers.size(), 1u);
  const LayerProfile& layer = profile.layers[0];
  EXPECT_EQ(layer.outputShape, (std::vector<int64_t>{6, 4, 8, 7}));
  EXPECT_EQ(layer.parameters, 6 * 3 * 27);
  EXPECT_EQ(layer.macs, 6 * 4 * 8 * 7 * 3 * 27);
}

TEST(ProfileModel, NamesTheOperatorItDoesNotKnowAndStillCountsParameters) {
  const ModelProfile profile = profileModel(fileOf(custom(R"(
    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(torch.conv3d(x, self.weight))
  )")),
                                            {8, 16, 16});
  EXPECT_EQ(profile.unknownOperator, "aten::tanh");
  EXPECT_TRUE(profile.layers.empty());
  EXPECT_EQ(profile.parameters, 6 * 3 * 27);
}

TEST(ProfileModel, TakesAForwardOfAnotherForm) {
  const ModelProfile profile = profileModel(fileOf(custom(R"(
    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.conv3d(y, self.weight)
  )")),
                                            {8, 16, 16});
  EXPECT_NE(profile.unknownOperator, "");
}

TEST(Reconstruction, IsCountedInItsParts) {
  struct Known {
    const char* name;
    std::array<int64_t, 3> clip;
    double encoder, decoder;
  };
  for (const Known& known :
       {Known{"r2plus1d_16", {12, 40, 56}, 0.252, 0.073}, Known{"r2plus1d_16", {12, 64, 80}, 0.511, 0.159},
        Known{"r2plus1d_dw", {12, 64, 80}, 0.118, 0.073}, Known{"r3d_18", k112, 40.696, 4.518},
        Known{"mc3_18", k112, 43.342, 7.434}}) {
    const ModelFile file = fileOf(architectures::buildReconstruction(known.name, true, 0));
    const ModelProfile profile = profileModel(file, known.clip);
    EXPECT_EQ(profile.unknownOperator, "") << known.name;
    double encoder = 0;
    double decoder = 0;
    for (const LayerProfile& layer : profile.layers) {
      (layer.path.rfind("encoder.", 0) == 0 ? encoder : decoder) += static_cast<double>(layer.macs) / 1e9;
    }
    EXPECT_NEAR(encoder, known.encoder, 0.6e-3) << known.name;
    EXPECT_NEAR(decoder, known.decoder, 0.6e-3) << known.name;
  }
}

}  // namespace
}  // namespace kinetorch::model
