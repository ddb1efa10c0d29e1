#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include <map>
#include <string>

#include "native/architectures/build.h"
#include "native/architectures/catalog.h"
#include "native/architectures/layer_factory.h"
#include "native/runtime/error.h"
#include "test/native/architectures/parameters_of.h"

namespace kinetorch::architectures {
namespace {

using Module = torch::jit::Module;
using Shape = std::vector<int64_t>;

std::vector<at::Tensor> tensorsOf(const c10::IValue& list) { return list.toTensorVector(); }

at::Tensor decode(const Module& network, const c10::IValue& stages, const Shape& clip) {
  const c10::List<int64_t> size({clip[3], clip[4]});
  return network.get_method("decode")({stages, size}).toTensor();
}

// Every pixel hidden or not, by cells of 8.
at::Tensor chequered(const Shape& clip) {
  const at::Tensor row = at::arange(clip[3]).div(8, "floor").view({1, -1, 1});
  const at::Tensor column = at::arange(clip[4]).div(8, "floor").view({1, 1, -1});
  return (row + column).remainder(2).eq(1).expand({clip[0], clip[3], clip[4]}).contiguous();
}

Module reconstruction(const std::string& name, bool masked) {
  Module network = buildReconstruction(name, masked, 3);
  network.eval();
  return network;
}

TEST(Reconstruction, HasADecoderOfTheSizeThatIsKnown) {
  const std::map<std::string, int64_t> known{{"r2plus1d_16", 273'564},
                                             {"r2plus1d_dw", 82'668},
                                             {"r3d_18", 1'090'124},
                                             {"mc3_18", 1'090'124},
                                             {"r2plus1d_18", 1'090'124}};
  for (const auto& [name, parameters] : known) {
    EXPECT_EQ(test::parametersOf(buildReconstruction(name, true, 0).attr("decoder").toModule()), parameters) << name;
  }
}

TEST(Reconstruction, KeepsTheClassifiersNamesAndWeights) {
  const Module classifier = buildArchitecture("r2plus1d_16", 5, 3);
  std::map<std::string, at::Tensor> weights;
  for (const auto& parameter : classifier.named_parameters()) weights.emplace(parameter.name, parameter.value);
  size_t found = 0;
  for (const auto& parameter : reconstruction("r2plus1d_16", true).named_parameters()) {
    if (parameter.name.rfind("encoder.", 0) != 0) continue;
    ASSERT_EQ(weights.count(parameter.name.substr(8)), 1u) << parameter.name;
    EXPECT_TRUE(at::equal(weights.at(parameter.name.substr(8)), parameter.value)) << parameter.name;
    ++found;
  }
  EXPECT_EQ(found + 2, weights.size());  // the head is left away
}

TEST(Reconstruction, GivesClipsOfTheirVerySizeWithEveryArchitecture) {
  at::NoGradGuard noGrad;
  for (const ArchitectureInfo& info : architectures()) {
    if (info.family == "cnn") {
      EXPECT_THROW(reconstruction(info.name, true), Error) << info.name;  // for pictures
      continue;
    }
    const bool isSmall = info.height < 112;
    const Shape usual = isSmall ? Shape{1, 3, info.frames, info.height, info.width} : Shape{1, 3, 4, 64, 64};
    Module network = reconstruction(info.name, true);
    for (const Shape& shape : {usual, Shape{1, 3, 5, 33, 47}, Shape{2, 3, 1, 32, 32}}) {
      const at::Tensor clip = at::randn(shape);
      const c10::IValue stages = network.get_method("encode")({clip});
      EXPECT_EQ(tensorsOf(stages).size(), info.parts.stages.size()) << info.name;
      EXPECT_EQ(decode(network, stages, shape).sizes(), clip.sizes()) << info.name;
      EXPECT_EQ(network.get_method("reconstruct")({clip}).toTensor().sizes(), clip.sizes()) << info.name;
      const c10::IValue outputs = network.forward({clip, chequered(shape)});
      for (const c10::IValue& output : outputs.toTupleRef().elements()) {
        EXPECT_EQ(output.toTensor().sizes(), clip.sizes()) << info.name;
      }
    }
    const at::Tensor last = tensorsOf(network.get_method("encode")({at::zeros({1, 3, 2, 64, 64})})).back();
    EXPECT_EQ(last.size(3) * info.spatialStride, 64) << info.name;
  }
}

TEST(Reconstruction, SeesTheLastStageAloneWhereNothingIsHidden) {
  at::NoGradGuard noGrad;
  for (const char* name : {"r2plus1d_16", "r3d_18", "ip_csn_26"}) {
    Module network = reconstruction(name, false);
    const at::Tensor clip = at::randn({1, 3, 5, 33, 47});
    const at::Tensor back = network.forward({clip}).toTensor();
    EXPECT_EQ(back.sizes(), clip.sizes()) << name;
    std::vector<at::Tensor> stages = tensorsOf(network.get_method("encode")({clip}));
    for (size_t stage = 0; stage + 1 < stages.size(); ++stage) stages[stage] = at::randn(stages[stage].sizes());
    EXPECT_TRUE(at::equal(decode(network, stages, {1, 3, 5, 33, 47}), back)) << name;
  }
}

TEST(Reconstruction, WithoutAnythingHiddenIsPlainEncoding) {
  at::NoGradGuard noGrad;
  for (const char* name : {"r2plus1d_16", "r2plus1d_dw", "ir_csn_26"}) {
    const Module network = reconstruction(name, true);
    const at::Tensor clip = at::randn({2, 3, 4, 40, 56});
    const auto plain = tensorsOf(network.get_method("encode")({clip}));
    const auto masked = tensorsOf(network.get_method("encode_masked")({clip, at::zeros({2, 40, 56}, at::kBool)}));
    for (size_t stage = 0; stage < plain.size(); ++stage) EXPECT_TRUE(at::equal(plain[stage], masked[stage])) << name;
  }
}

TEST(Reconstruction, DoesNotSeeWhatIsHidden) {
  at::NoGradGuard noGrad;
  for (const char* name : {"r2plus1d_16", "r2plus1d_dw", "ir_csn_26"}) {
    const Module network = reconstruction(name, true);
    const at::Tensor clip = at::randn({1, 3, 4, 40, 56});
    const at::Tensor hidden = chequered({1, 3, 4, 40, 56});
    const at::Tensor places = hidden.flatten().nonzero().flatten();
    at::Tensor pixels = clip.flatten(3).clone();
    pixels.index_copy_(3, places, pixels.index_select(3, places.flip(0)));
    const at::Tensor permuted = pixels.view_as(clip);
    ASSERT_FALSE(at::equal(permuted, clip));
    const auto encode = [&](const at::Tensor& x) {
      return tensorsOf(network.get_method("encode_masked")({x, hidden}));
    };
    const auto before = encode(clip);
    const auto after = encode(permuted);
    for (size_t stage = 0; stage < before.size(); ++stage) {
      EXPECT_TRUE(at::equal(before[stage].view(at::kInt), after[stage].view(at::kInt))) << name << " " << stage;
    }
    // What is seen does count.
    EXPECT_FALSE(at::equal(encode(at::randn(clip.sizes()))[4], before[4]));
  }
}

TEST(LocalContrast, OfWhatIsSeenIsThatOfAClipWithoutTheRest) {
  Module layer = LayerFactory(0).localContrast();
  // The window of 7 rows is the whole height of 21 / 3; the right half of the clip is hidden.
  const at::Tensor clip = at::randn({1, 3, 2, 21, 24});
  at::Tensor hidden = at::zeros({1, 1, 1, 21, 24}, at::kBool);
  hidden.narrow(4, 12, 12).fill_(true);
  const at::Tensor expected = layer.forward({clip.narrow(4, 0, 12)}).toTensor();
  const at::Tensor actual = layer.get_method("masked")({clip, hidden}).toTensor();
  EXPECT_TRUE(actual.narrow(4, 0, 12).allclose(expected, 1e-4, 1e-5));
  EXPECT_EQ(actual.narrow(4, 12, 12).abs().max().item<double>(), 0.0);
}

TEST(Reconstruction, IsNoClassifier) { EXPECT_EQ(headOf(reconstruction("r2plus1d_dw", false)), std::nullopt); }

}  // namespace
}  // namespace kinetorch::architectures
