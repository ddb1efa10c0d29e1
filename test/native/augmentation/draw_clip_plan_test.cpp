#include "native/augmentation/draw_clip_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace kinetorch::augmentation {
namespace {

constexpr int kDraws = 20000;

preprocessing::InputSpec inputSized(int64_t height, int64_t width) {
  preprocessing::InputSpec input;
  input.frames = 4;
  input.height = height;
  input.width = width;
  return input;
}

void drawMany(const preprocessing::ClipBatch& clips, const AugmentOptions& options, std::optional<double> flip,
              const preprocessing::InputSpec& input, const std::function<void(const ClipPlan&)>& look) {
  RandomState random(11);
  for (int i = 0; i < kDraws; ++i) look(drawClipPlan(clips, options, flip, input, random));
}

TEST(ClipPlan, PlainCropsReachEveryPlaceEquallyOften) {
  std::map<int64_t, int> tops;
  drawMany({nullptr, 1, 4, 6, 4}, {}, std::nullopt, inputSized(4, 4), [&](const ClipPlan& plan) {
    EXPECT_EQ(plan.crop.left, 0);
    EXPECT_FALSE(plan.crop.flip);
    ++tops[plan.crop.top];
  });
  ASSERT_EQ(tops.size(), 3U);
  for (const auto& [top, count] : tops) EXPECT_NEAR(count, kDraws / 3, 300) << top;
}

TEST(ClipPlan, FlipsWithTheProbabilityGiven) {
  for (const double probability : {0.0, 0.3, 1.0}) {
    int flips = 0;
    drawMany({nullptr, 1, 4, 6, 6}, {}, probability, inputSized(4, 4),
             [&](const ClipPlan& plan) { flips += plan.crop.flip; });
    EXPECT_NEAR(flips, probability * kDraws, probability == 0.3 ? 270 : 0);
  }
}

TEST(ClipPlan, ResizedCropsHaveAreasAndAspectsOfTheirRanges) {
  AugmentOptions options;
  options.cropArea = Range{0.3, 0.6};
  options.cropAspect = {0.8, 1.25};
  const preprocessing::InputSpec input = inputSized(64, 88);
  double areas = 0;
  double logAspects = 0;
  drawMany({nullptr, 1, 4, 800, 1100}, options, std::nullopt, input, [&](const ClipPlan& plan) {
    const preprocessing::Box& box = plan.crop.box;
    ASSERT_GE(box.top, 0);
    ASSERT_GE(box.left, 0);
    ASSERT_LE(box.top + box.height, 800);
    ASSERT_LE(box.left + box.width, 1100);
    ASSERT_EQ(plan.crop.resizedHeight, 64);
    ASSERT_EQ(plan.crop.resizedWidth, 88);
    const double area = static_cast<double>(box.height * box.width) / (800 * 1100);
    const double aspect = static_cast<double>(box.width) / static_cast<double>(box.height) / (88.0 / 64);
    ASSERT_GT(area, 0.299);
    ASSERT_LT(area, 0.601);
    ASSERT_GT(aspect, 0.797);
    ASSERT_LT(aspect, 1.255);
    areas += area / kDraws;
    logAspects += std::log(aspect) / kDraws;
  });
  EXPECT_NEAR(areas, 0.45, 0.003);
  EXPECT_NEAR(logAspects, 0, 0.004);
}

TEST(ClipPlan, WhereNoResizedCropFitsTheCentreIsTaken) {
  AugmentOptions options;
  options.cropArea = Range{1, 1};
  options.cropAspect = {1, 1};
  RandomState random(1);
  // A strip: the tallest box of the input's 2:1 is 20 × 40 in its middle.
  const preprocessing::Box box =
      drawClipPlan({nullptr, 1, 4, 20, 100}, options, std::nullopt, inputSized(10, 20), random).crop.box;
  EXPECT_EQ(box.height, 20);
  EXPECT_EQ(box.width, 40);
  EXPECT_EQ(box.top, 0);
  EXPECT_EQ(box.left, 30);
  const preprocessing::Box upright =
      drawClipPlan({nullptr, 1, 4, 100, 20}, options, std::nullopt, inputSized(10, 20), random).crop.box;
  EXPECT_EQ(upright.height, 10);
  EXPECT_EQ(upright.width, 20);
  EXPECT_EQ(upright.top, 45);
}

TEST(ClipPlan, ShortSidesKeepTheFramesShapeAndFitTheInput) {
  AugmentOptions options;
  options.shortSide = Range{60, 70};
  std::map<int64_t, int> sides;
  drawMany({nullptr, 1, 4, 80, 112}, options, std::nullopt, inputSized(64, 88), [&](const ClipPlan& plan) {
    const preprocessing::CropPlan& crop = plan.crop;
    ++sides[crop.resizedHeight];
    ASSERT_EQ(crop.resizedWidth, crop.resizedHeight * 112 / 80);
    ASSERT_LE(crop.top + 64, crop.resizedHeight);
    ASSERT_LE(crop.left + 88, crop.resizedWidth);
    ASSERT_EQ(crop.box.height, 80);
  });
  // 60 to 63 are too small for the input's 64 rows.
  ASSERT_EQ(sides.begin()->first, 64);
  ASSERT_EQ(sides.rbegin()->first, 70);
  EXPECT_NEAR(sides[64], kDraws * 5 / 11, 300);
  EXPECT_NEAR(sides[70], kDraws / 11, 180);
}

TEST(ClipPlan, ColorJitterDrawsFactorsOfItsRangesInEveryOrder) {
  AugmentOptions options;
  options.brightness = 0.4;
  options.saturation = 1;
  options.hue = 0.1;
  std::set<std::vector<OperationKind>> orders;
  std::map<OperationKind, std::pair<double, double>> extremes;
  drawMany({nullptr, 1, 4, 8, 8}, options, std::nullopt, inputSized(8, 8), [&](const ClipPlan& plan) {
    std::vector<OperationKind> order;
    for (const Operation& operation : plan.operations) {
      order.push_back(operation.kind);
      auto& [least, most] = extremes.try_emplace(operation.kind, 9, -9).first->second;
      least = std::min(least, operation.amount);
      most = std::max(most, operation.amount);
    }
    orders.insert(order);
  });
  EXPECT_EQ(orders.size(), 6U);  // of three
  const auto expectRange = [&](OperationKind kind, double least, double most) {
    EXPECT_NEAR(extremes.at(kind).first, least, 0.01);
    EXPECT_NEAR(extremes.at(kind).second, most, 0.01);
    EXPECT_GE(extremes.at(kind).first, least);
    EXPECT_LE(extremes.at(kind).second, most);
  };
  expectRange(OperationKind::kBrightness, 0.6, 1.4);
  expectRange(OperationKind::kSaturation, 0, 2);
  expectRange(OperationKind::kHue, -0.1, 0.1);
  EXPECT_EQ(extremes.count(OperationKind::kContrast), 0U);
}

TEST(ClipPlan, RandAugmentTakesTorchvisionsMagnitudesEachAsOften) {
  AugmentOptions options;
  options.randAugmentOperations = 2;
  options.randAugmentMagnitude = 9;
  // torchvision 0.29's RandAugment(magnitude=9)._augmentation_space for frames of 64 × 88.
  const std::map<OperationKind, std::pair<double, bool>> expected = {
      {OperationKind::kShearX, {0.09, true}},     {OperationKind::kShearY, {0.09, true}},
      {OperationKind::kTranslateX, {11, true}},   {OperationKind::kTranslateY, {8, true}},
      {OperationKind::kRotate, {9, true}},        {OperationKind::kBrightness, {0.27, true}},
      {OperationKind::kContrast, {0.27, true}},   {OperationKind::kSaturation, {0.27, true}},
      {OperationKind::kSharpness, {0.27, true}},  {OperationKind::kPosterize, {7, false}},
      {OperationKind::kSolarize, {178.5, false}}, {OperationKind::kAutoContrast, {0, false}},
      {OperationKind::kEqualize, {0, false}}};
  const std::set<OperationKind> factors = {OperationKind::kBrightness, OperationKind::kContrast,
                                           OperationKind::kSaturation, OperationKind::kSharpness};
  std::map<std::pair<OperationKind, bool>, int> counts;
  drawMany({nullptr, 1, 4, 64, 88}, options, std::nullopt, inputSized(64, 88), [&](const ClipPlan& plan) {
    ASSERT_LE(plan.operations.size(), 2U);
    for (const Operation& operation : plan.operations) {
      const double amount = operation.amount - (factors.count(operation.kind) > 0 ? 1 : 0);
      const auto& [magnitude, hasSign] = expected.at(operation.kind);
      ASSERT_NEAR(std::abs(amount), magnitude, 1e-9);
      ASSERT_TRUE(hasSign || amount >= 0);
      ++counts[{operation.kind, amount < 0}];
    }
  });
  for (const auto& [kind, entry] : expected) {
    const double each = kDraws * 2 / 14.0;
    EXPECT_NEAR((counts[{kind, false}]), entry.second ? each / 2 : each, 0.1 * each) << static_cast<int>(kind);
    EXPECT_NEAR((counts[{kind, true}]), entry.second ? each / 2 : 0, 0.1 * each) << static_cast<int>(kind);
  }
}

TEST(ClipPlan, ErasesBoxesOfTheAreasGiven) {
  AugmentOptions options;
  options.erase = 0.4;
  options.eraseArea = {0.1, 0.2};
  int erased = 0;
  std::set<uint64_t> seeds;
  drawMany({nullptr, 1, 4, 120, 160}, options, std::nullopt, inputSized(120, 160), [&](const ClipPlan& plan) {
    if (!plan.erasure) return;
    ++erased;
    seeds.insert(plan.erasure->noiseSeed);
    const preprocessing::Box& box = plan.erasure->box;
    const double share = static_cast<double>(box.height * box.width) / (120 * 160);
    ASSERT_GT(share, 0.097);
    ASSERT_LT(share, 0.203);
    ASSERT_GE(box.top, 0);
    ASSERT_LE(box.top + box.height, 120);
    ASSERT_LE(box.left + box.width, 160);
  });
  EXPECT_NEAR(erased, 0.4 * kDraws, 300);
  EXPECT_EQ(seeds.size(), static_cast<size_t>(erased));
}

TEST(ClipPlan, WhatIsOffDrawsNothing) {
  RandomState random(4);
  RandomState two = random;
  drawClipPlan({nullptr, 1, 4, 9, 9}, {}, std::nullopt, inputSized(8, 8), random);
  two.next();
  two.next();
  EXPECT_EQ(random.state(), two.state());  // the crop's place, and no more
}

AugmentOptions presetOf(AutoAugment preset) {
  AugmentOptions options;
  options.autoAugment = preset;
  return options;
}

// torchvision's magnitudes: 31 from nothing to the largest, both ways where there are two.
TEST(ClipPlan, TrivialAugmentWideDrawsOneOperationOfAnyStrength) {
  std::map<OperationKind, std::set<double>> amounts;
  std::map<OperationKind, int> counts;
  int none = 0;
  drawMany({nullptr, 1, 4, 40, 60}, presetOf(AutoAugment::kTrivialAugmentWide), std::nullopt, inputSized(40, 60),
           [&](const ClipPlan& plan) {
             ASSERT_LE(plan.operations.size(), 1U);
             none += plan.operations.empty();
             for (const Operation& operation : plan.operations) {
               amounts[operation.kind].insert(operation.amount);
               ++counts[operation.kind];
             }
           });
  EXPECT_NEAR(none, kDraws / 14, 200);
  EXPECT_EQ(counts.size(), 13U);
  for (const auto& [kind, count] : counts) EXPECT_NEAR(count, kDraws / 14, 200);
  const auto most = [&](OperationKind kind) { return *amounts[kind].rbegin(); };
  const auto least = [&](OperationKind kind) { return *amounts[kind].begin(); };
  for (const OperationKind shear : {OperationKind::kShearX, OperationKind::kShearY}) {
    EXPECT_DOUBLE_EQ(most(shear), 0.99);
    EXPECT_DOUBLE_EQ(least(shear), -0.99);
    EXPECT_EQ(amounts[shear].size(), 61U);
  }
  EXPECT_EQ(most(OperationKind::kTranslateX), 32);
  EXPECT_EQ(least(OperationKind::kTranslateY), -32);
  EXPECT_EQ(most(OperationKind::kRotate), 135);
  EXPECT_DOUBLE_EQ(most(OperationKind::kSharpness), 1.99);
  EXPECT_NEAR(least(OperationKind::kContrast), 0.01, 1e-9);
  EXPECT_EQ(amounts[OperationKind::kPosterize], (std::set<double>{2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(least(OperationKind::kSolarize), 0);
  EXPECT_EQ(most(OperationKind::kSolarize), 255);
}

TEST(ClipPlan, AutoAugmentsImageNetPolicyHasItsOperations) {
  std::map<OperationKind, std::set<double>> amounts;
  std::map<size_t, int> lengths;
  drawMany({nullptr, 1, 4, 40, 60}, presetOf(AutoAugment::kImageNet), std::nullopt, inputSized(40, 60),
           [&](const ClipPlan& plan) {
             ++lengths[plan.operations.size()];
             for (const Operation& operation : plan.operations) amounts[operation.kind].insert(operation.amount);
           });
  // By the products of the table's probabilities.
  EXPECT_NEAR(lengths[0], 0.1504 * kDraws, 300);
  EXPECT_NEAR(lengths[2], 0.3904 * kDraws, 400);
  EXPECT_EQ(lengths.size(), 3U);
  EXPECT_EQ(amounts[OperationKind::kPosterize], (std::set<double>{4, 5, 6}));
  EXPECT_EQ(amounts[OperationKind::kRotate].size(), 6U);  // strengths 3, 8 and 9 both ways
  EXPECT_EQ(*amounts[OperationKind::kRotate].rbegin(), 30);
  EXPECT_EQ(*amounts[OperationKind::kSolarize].begin(), 0);  // an inversion
  EXPECT_EQ(amounts.count(OperationKind::kTranslateX), 0U);
  EXPECT_EQ(amounts.count(OperationKind::kBrightness), 0U);
}

TEST(ClipPlan, AugMixDrawsThreeWeakChains) {
  std::map<size_t, int> depths;
  std::set<double> rotations;
  double copies = 0;
  drawMany({nullptr, 1, 4, 40, 60}, presetOf(AutoAugment::kAugMix), std::nullopt, inputSized(40, 60),
           [&](const ClipPlan& plan) {
             ASSERT_TRUE(plan.mixture.has_value());
             EXPECT_TRUE(plan.operations.empty());
             ASSERT_EQ(plan.mixture->chains.size(), 3U);
             double sum = plan.mixture->own;
             copies += 1 - plan.mixture->own;
             for (const Mixture::Chain& chain : plan.mixture->chains) {
               EXPECT_GE(chain.weight, 0);
               sum += chain.weight;
               ++depths[chain.operations.size()];
               for (const Operation& operation : chain.operations) {
                 if (operation.kind == OperationKind::kRotate) rotations.insert(operation.amount);
                 if (operation.kind == OperationKind::kPosterize) {
                   EXPECT_GE(operation.amount, 3);
                   EXPECT_LE(operation.amount, 4);
                 }
               }
             }
             EXPECT_NEAR(sum, 1, 1e-9);
           });
  EXPECT_NEAR(copies / kDraws, 0.5, 0.01);
  for (const size_t depth : {1, 2, 3}) EXPECT_NEAR(depths[depth], kDraws, 500);
  EXPECT_DOUBLE_EQ(*rotations.rbegin(), 30.0 * 2 / 9);
}

}  // namespace
}  // namespace kinetorch::augmentation
