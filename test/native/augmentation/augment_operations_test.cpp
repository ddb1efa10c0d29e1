// Crops and operations against torchvision's results (test/fixtures/augment.pt, scripts/fixtures/augment_reference.py).

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "native/augmentation/apply_operations.h"
#include "native/augmentation/frame_operations.h"
#include "native/augmentation/point_operations.h"
#include "native/preprocessing/crop_clip.h"
#include "test/native/support/tensor_fixture.h"

namespace kinetorch::augmentation {
namespace {

const std::map<std::string, at::Tensor>& fixtures() {
  static const auto loaded = test::tensorFixture("augment.pt");
  return loaded;
}

const std::map<std::string, OperationKind>& kinds() {
  static const std::map<std::string, OperationKind> names = {{"shearX", OperationKind::kShearX},
                                                             {"shearY", OperationKind::kShearY},
                                                             {"translateX", OperationKind::kTranslateX},
                                                             {"translateY", OperationKind::kTranslateY},
                                                             {"rotate", OperationKind::kRotate},
                                                             {"sharpness", OperationKind::kSharpness},
                                                             {"brightness", OperationKind::kBrightness},
                                                             {"contrast", OperationKind::kContrast},
                                                             {"saturation", OperationKind::kSaturation},
                                                             {"hue", OperationKind::kHue},
                                                             {"posterize", OperationKind::kPosterize},
                                                             {"solarize", OperationKind::kSolarize},
                                                             {"autoContrast", OperationKind::kAutoContrast},
                                                             {"equalize", OperationKind::kEqualize}};
  return names;
}

// torchvision cuts fractions off, so where a result is a whole number, the last bit of a float decides between two
// values that are one apart. That may be so in one place of twenty, and no difference may be larger.
void expectSame(const at::Tensor& actual, const at::Tensor& expected, const std::string& name) {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << name;
  const at::Tensor difference = (actual.to(at::kInt) - expected.to(at::kInt)).abs();
  EXPECT_LE(difference.max().item<int>(), 1) << name;
  EXPECT_LE(difference.to(at::kFloat).mean().item<double>(), 0.05) << name;
}

TEST(Operations, EachIsTorchvisions) {
  const at::Tensor clip = fixtures().at("clip");
  std::map<std::string, int> tested;
  for (const auto& [name, expected] : fixtures()) {
    const size_t colon = name.find(':');
    if (colon == std::string::npos) continue;
    const size_t begin = name.find('/') + 1;  // 0 where there is none
    const std::string style = name.substr(0, begin);
    const std::string kind = name.substr(begin, colon - begin);
    ClipPlan plan;
    plan.style.nearest = style == "nearest/";
    plan.style.byFrame = style == "frame/";
    plan.operations = {{kinds().at(kind), std::stod(name.substr(colon + 1))}};
    preprocessing::InputSpec input;
    input.frames = clip.size(0);
    input.height = clip.size(1);
    input.width = clip.size(2);
    const at::Tensor actual = clip.clone();
    applyOperations(plan, input, actual.data_ptr<uint8_t>());
    expectSame(actual, expected, name);
    ++tested[style + kind];
  }
  EXPECT_EQ(tested.size(), kinds().size() + 5 + 3);
}

TEST(Operations, FlatAndTinyClipsStayInBounds) {
  for (const auto& [name, kind] : kinds()) {
    for (const int64_t side : {1, 2, 3}) {
      at::Tensor clip = at::full({2, side, side, 3}, 77, at::kByte);
      const Operation operation{kind, kind == OperationKind::kPosterize ? 8.0 : 0.0};
      auto* pixels = clip.data_ptr<uint8_t>();
      if (!applyFrameOperation(operation, false, pixels, 2, side, side))
        applyPointOperation(operation, pixels, 2 * side * side);
      int expected = 77;
      if (kind == OperationKind::kBrightness) expected = 0;
      if (kind == OperationKind::kSolarize) expected = 178;
      // The weights of grey sum to 0.9999, and torchvision cuts the fraction off.
      if (kind == OperationKind::kContrast || kind == OperationKind::kSaturation) expected = 76;
      EXPECT_TRUE(clip.eq(expected).all().item<bool>()) << name << ' ' << side;
    }
  }
}

TEST(Operations, AMixtureIsTheSumOfItsChains) {
  const at::Tensor clip = fixtures().at("clip");
  preprocessing::InputSpec input;
  input.frames = clip.size(0);
  input.height = clip.size(1);
  input.width = clip.size(2);
  const auto applied = [&](const ClipPlan& plan) {
    at::Tensor changed = clip.clone();
    applyOperations(plan, input, changed.data_ptr<uint8_t>());
    return changed;
  };
  const std::vector<Operation> inverted{{OperationKind::kSolarize, 0}};
  const std::vector<Operation> sheared{{OperationKind::kShearX, 0.2}, {OperationKind::kPosterize, 4}};
  ClipPlan plan;
  plan.mixture = Mixture{0.5, {{inverted, 0.2}, {{}, 0.05}, {sheared, 0.25}}};
  const auto alone = [&](const std::vector<Operation>& operations) {
    ClipPlan other;
    other.operations = operations;
    return applied(other).to(at::kFloat);
  };
  const at::Tensor expected = clip.to(at::kFloat) * 0.55 + alone(inverted) * 0.2 + alone(sheared) * 0.25;
  EXPECT_LE((applied(plan).to(at::kFloat) - (expected + 1e-3).floor()).abs().max().item<double>(), 1);
  plan.operations = inverted;
  const at::Tensor after = applied(plan).to(at::kFloat);
  EXPECT_LE((255 - after - (expected + 1e-3).floor()).abs().max().item<double>(), 1);
}

TEST(CropClip, EachIsTorchvisions) {
  const at::Tensor clip = fixtures().at("clip");
  const preprocessing::ClipBatch clips{clip.const_data_ptr<uint8_t>(), 1, clip.size(0), clip.size(1), clip.size(2)};
  int tested = 0;
  for (; fixtures().count("crop/" + std::to_string(tested)) > 0; ++tested) {
    const at::Tensor values = fixtures().at("plan/" + std::to_string(tested));
    const auto* v = values.const_data_ptr<int64_t>();
    const preprocessing::CropPlan plan{{v[0], v[1], v[2], v[3]}, v[4], v[5], v[6], v[7], v[10] == 1};
    preprocessing::InputSpec input;
    input.frames = clips.frames;
    input.height = v[8];
    input.width = v[9];
    input.antialias = v[11] == 1;
    at::Tensor actual = at::empty({clips.frames, input.height, input.width, 3}, at::kByte);
    preprocessing::cropClip(clips, 0, plan, input, actual.data_ptr<uint8_t>());
    expectSame(actual, fixtures().at("crop/" + std::to_string(tested)), "crop " + std::to_string(tested));
  }
  EXPECT_EQ(tested, 9);
}

}  // namespace
}  // namespace kinetorch::augmentation
