// Crops and operations against torchvision's results (test/fixtures/augment.pt, scripts/fixtures/augment_reference.py).

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

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
    const std::string kind = name.substr(0, colon);
    const Operation operation{kinds().at(kind), std::stod(name.substr(colon + 1))};
    const at::Tensor actual = clip.clone();
    auto* pixels = actual.data_ptr<uint8_t>();
    if (!applyFrameOperation(operation, pixels, clip.size(0), clip.size(1), clip.size(2))) {
      applyPointOperation(operation, pixels, clip.numel() / 3);
    }
    expectSame(actual, expected, name);
    ++tested[kind];
  }
  EXPECT_EQ(tested.size(), kinds().size());
}

TEST(Operations, FlatAndTinyClipsStayInBounds) {
  for (const auto& [name, kind] : kinds()) {
    for (const int64_t side : {1, 2, 3}) {
      at::Tensor clip = at::full({2, side, side, 3}, 77, at::kByte);
      const Operation operation{kind, kind == OperationKind::kPosterize ? 8.0 : 0.0};
      auto* pixels = clip.data_ptr<uint8_t>();
      if (!applyFrameOperation(operation, pixels, 2, side, side))
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
