#include "native/model/weight_naming.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "native/architectures/build.h"

namespace kinetorch::model {
namespace {

using Names = std::vector<std::pair<std::string, std::string>>;

WeightNaming namingWith(const std::vector<std::string>& names) {
  formats::WeightSet set;
  for (const std::string& name : names) set.entries.push_back({name, {1}});
  return namingOf({set});
}

void expectNames(const WeightNaming& naming, const std::string& name, const Names& names) {
  EXPECT_EQ(naming.name, name);
  for (const auto& [ours, theirs] : names) EXPECT_EQ(naming.of(ours), theirs);
}

TEST(WeightNaming, IsTorchvisionsForPictures) {
  expectNames(namingWith({"module.layer4.0.bn1.weight"}), "torchvision",
              {{"stem.0.weight", "conv1.weight"},
               {"stem.1.running_mean", "bn1.running_mean"},
               {"layer1.0.conv1.0.weight", "layer1.0.conv1.weight"},
               {"layer3.22.conv3.1.bias", "layer3.22.bn3.bias"},
               {"layer2.0.downsample.0.weight", "layer2.0.downsample.0.weight"},
               {"layer2.0.downsample.1.num_batches_tracked", "layer2.0.downsample.1.num_batches_tracked"},
               {"fc", "fc"},
               {"fc.bias", "fc.bias"}});
}

TEST(WeightNaming, IsMmaction2s) {
  expectNames(namingWith({"backbone.layer4.0.conv1.bn.weight"}), "mmaction2",
              {{"stem.0.weight", "backbone.conv1.conv.weight"},
               {"stem.1.bias", "backbone.conv1.bn.bias"},
               {"layer1.2.conv2.0.weight", "backbone.layer1.2.conv2.conv.weight"},
               {"layer1.2.conv2.1.weight", "backbone.layer1.2.conv2.bn.weight"},
               {"layer4.0.downsample.0.weight", "backbone.layer4.0.downsample.conv.weight"},
               {"layer4.0.downsample.1.bias", "backbone.layer4.0.downsample.bn.bias"},
               {"fc", "cls_head.fc_cls"},
               {"fc.weight", "cls_head.fc_cls.weight"}});
}

TEST(WeightNaming, IsPySlowFasts) {
  expectNames(namingWith({"s5.pathway0_res0.branch2.a_bn.weight"}), "pyslowfast",
              {{"stem.0.weight", "s1.pathway0_stem.conv.weight"},
               {"stem.1.bias", "s1.pathway0_stem.bn.bias"},
               {"layer1.2.conv2.0.weight", "s2.pathway0_res2.branch2.b.weight"},
               {"layer1.2.conv3.1.weight", "s2.pathway0_res2.branch2.c_bn.weight"},
               {"layer4.0.downsample.0.weight", "s5.pathway0_res0.branch1.weight"},
               {"layer4.0.downsample.1.bias", "s5.pathway0_res0.branch1_bn.bias"},
               {"fc.weight", "head.projection.weight"}});
}

TEST(WeightNaming, IsPyTorchVideosWithAndWithoutAPoolingBlock) {
  expectNames(namingWith({"blocks.4.res_blocks.0.branch2.norm_a.weight"}), "pytorchvideo",
              {{"stem.0.weight", "blocks.0.conv.weight"},
               {"stem.1.bias", "blocks.0.norm.bias"},
               {"layer2.3.conv1.0.weight", "blocks.2.res_blocks.3.branch2.conv_a.weight"},
               {"layer2.3.conv1.1.weight", "blocks.2.res_blocks.3.branch2.norm_a.weight"},
               {"layer1.0.conv2.0.0.weight", "blocks.1.res_blocks.0.branch2.conv_b.conv_t.weight"},
               {"layer1.0.conv2.0.1.running_var", "blocks.1.res_blocks.0.branch2.conv_b.norm.running_var"},
               {"layer1.0.conv2.0.3.weight", "blocks.1.res_blocks.0.branch2.conv_b.conv_xy.weight"},
               {"layer2.0.downsample.0.weight", "blocks.2.res_blocks.0.branch1_conv.weight"},
               {"layer2.0.downsample.1.weight", "blocks.2.res_blocks.0.branch1_norm.weight"},
               {"fc.weight", "blocks.5.proj.weight"}});
  expectNames(
      namingWith({"blocks.4.res_blocks.0.branch2.norm_a.weight", "blocks.5.res_blocks.0.branch2.norm_a.weight"}),
      "pytorchvideo",
      {{"stem.0.weight", "blocks.0.conv.weight"},
       {"layer1.0.conv1.0.weight", "blocks.1.res_blocks.0.branch2.conv_a.weight"},
       {"layer2.0.conv1.0.weight", "blocks.3.res_blocks.0.branch2.conv_a.weight"},
       {"layer4.0.downsample.1.weight", "blocks.5.res_blocks.0.branch1_norm.weight"},
       {"fc.weight", "blocks.6.proj.weight"}});
}

TEST(WeightNaming, IsOursOtherwise) {
  expectNames(namingWith({"stem.0.weight", "layer4.0.conv1.1.weight", "xlayer4.0.bn1.weight"}), "kinetorch",
              {{"layer4.0.conv1.1.weight", "layer4.0.conv1.1.weight"}, {"fc", "fc"}});
}

// No two tensors share a name, in any naming.
TEST(WeightNaming, KeepsTensorsApart) {
  for (const char* known :
       {"layer4.0.bn1.weight", "backbone.layer4.0.conv1.bn.weight", "s5.pathway0_res0.branch2.a_bn.weight",
        "blocks.4.res_blocks.0.branch2.norm_a.weight", "blocks.5.res_blocks.0.branch2.norm_a.weight"}) {
    const WeightNaming naming = namingWith({known});
    for (const char* architecture : {"i3d_50", "r2plus1d_50", "r3d_18"}) {
      const torch::jit::Module network = architectures::buildArchitecture(architecture, 2, 0);
      std::vector<std::string> names;
      for (const auto& parameter : network.named_parameters()) names.push_back(naming.of(parameter.name));
      for (const auto& buffer : network.named_buffers()) names.push_back(naming.of(buffer.name));
      EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size()) << known << architecture;
    }
  }
}

}  // namespace
}  // namespace kinetorch::model
