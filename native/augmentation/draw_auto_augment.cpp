#include "native/augmentation/draw_auto_augment.h"

#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace kinetorch::augmentation {
namespace {

using Kind = OperationKind;
using preprocessing::InputSpec;

// The largest amounts of a policy's operations.
struct Space {
  double shear;
  double pixels;    // of a translation
  double ofSide;    // the same, as a share of the side
  double degrees;   // of a rotation
  double factor;    // more or less than 1
  double bits;      // that posterising leaves where it is weakest,
  double bitsLost;  // and how many fewer where it is strongest
};

constexpr Space kUsual{0.3, 0, 150.0 / 331, 30, 0.9, 8, 4};
constexpr Space kWide{0.99, 32, 0, 135, 0.99, 8, 6};
constexpr Space kAugMix{0.3, 0, 1.0 / 3, 30, 0.9, 4, 4};

// The order of torchvision's tables, from which one is drawn.
constexpr std::array kOperations{Kind::kShearX,    Kind::kShearY,     Kind::kTranslateX, Kind::kTranslateY,
                                 Kind::kRotate,    Kind::kBrightness, Kind::kSaturation, Kind::kContrast,
                                 Kind::kSharpness, Kind::kPosterize,  Kind::kSolarize,   Kind::kAutoContrast,
                                 Kind::kEqualize};

// `share` of the largest amount; where there are two directions, `isNegative` is asked for one.
template <typename IsNegative>
Operation operationOf(Kind kind, double share, const Space& space, const InputSpec& input, IsNegative isNegative) {
  const auto either = [&](double largest) { return (isNegative() ? -1 : 1) * largest * share; };
  const auto pixels = [&](int64_t side) {
    return std::trunc(either(space.pixels + space.ofSide * static_cast<double>(side)));
  };
  switch (kind) {
    case Kind::kShearX:
    case Kind::kShearY:
      return {kind, either(space.shear)};
    case Kind::kTranslateX:
      return {kind, pixels(input.width)};
    case Kind::kTranslateY:
      return {kind, pixels(input.height)};
    case Kind::kRotate:
      return {kind, either(space.degrees)};
    case Kind::kBrightness:
    case Kind::kContrast:
    case Kind::kSaturation:
    case Kind::kSharpness:
      return {kind, 1 + either(space.factor)};
    case Kind::kPosterize:
      return {kind, space.bits - std::nearbyint(space.bitsLost * share)};
    case Kind::kSolarize:
      return {kind, 255 - 255 * share};
    default:
      return {kind};
  }
}

// One of the operations, of which the first is none.
std::optional<Operation> drawOrNone(double share, const Space& space, const InputSpec& input, RandomState& random) {
  const int64_t choice = random.below(static_cast<int64_t>(kOperations.size()) + 1);
  if (choice == 0) return std::nullopt;
  return operationOf(kOperations[static_cast<size_t>(choice - 1)], share, space, input,
                     [&] { return random.below(2) == 1; });
}

// Müller and Hutter 2021: one operation of any strength.
void drawTrivialAugment(const InputSpec& input, RandomState& random, ClipPlan& plan) {
  const double share = static_cast<double>(random.below(31)) / 30;
  if (const auto operation = drawOrNone(share, kWide, input, random)) plan.operations.push_back(*operation);
}

// Cubuk et al. 2018. An inversion is a solarisation of all levels.
void drawImageNetPolicy(const InputSpec& input, RandomState& random, ClipPlan& plan) {
  struct Step {
    Kind kind;
    double probability;
    int strength;  // of 0…9
  };
  constexpr int kAll = 9;
  static constexpr std::array<std::pair<Step, Step>, 25> kPolicies{{
      {{Kind::kPosterize, 0.4, 8}, {Kind::kRotate, 0.6, 9}},
      {{Kind::kSolarize, 0.6, 5}, {Kind::kAutoContrast, 0.6, 0}},
      {{Kind::kEqualize, 0.8, 0}, {Kind::kEqualize, 0.6, 0}},
      {{Kind::kPosterize, 0.6, 7}, {Kind::kPosterize, 0.6, 6}},
      {{Kind::kEqualize, 0.4, 0}, {Kind::kSolarize, 0.2, 4}},
      {{Kind::kEqualize, 0.4, 0}, {Kind::kRotate, 0.8, 8}},
      {{Kind::kSolarize, 0.6, 3}, {Kind::kEqualize, 0.6, 0}},
      {{Kind::kPosterize, 0.8, 5}, {Kind::kEqualize, 1.0, 0}},
      {{Kind::kRotate, 0.2, 3}, {Kind::kSolarize, 0.6, 8}},
      {{Kind::kEqualize, 0.6, 0}, {Kind::kPosterize, 0.4, 6}},
      {{Kind::kRotate, 0.8, 8}, {Kind::kSaturation, 0.4, 0}},
      {{Kind::kRotate, 0.4, 9}, {Kind::kEqualize, 0.6, 0}},
      {{Kind::kEqualize, 0.0, 0}, {Kind::kEqualize, 0.8, 0}},
      {{Kind::kSolarize, 0.6, kAll}, {Kind::kEqualize, 1.0, 0}},
      {{Kind::kSaturation, 0.6, 4}, {Kind::kContrast, 1.0, 8}},
      {{Kind::kRotate, 0.8, 8}, {Kind::kSaturation, 1.0, 2}},
      {{Kind::kSaturation, 0.8, 8}, {Kind::kSolarize, 0.8, 7}},
      {{Kind::kSharpness, 0.4, 7}, {Kind::kSolarize, 0.6, kAll}},
      {{Kind::kShearX, 0.6, 5}, {Kind::kEqualize, 1.0, 0}},
      {{Kind::kSaturation, 0.4, 0}, {Kind::kEqualize, 0.6, 0}},
      {{Kind::kEqualize, 0.4, 0}, {Kind::kSolarize, 0.2, 4}},
      {{Kind::kSolarize, 0.6, 5}, {Kind::kAutoContrast, 0.6, 0}},
      {{Kind::kSolarize, 0.6, kAll}, {Kind::kEqualize, 1.0, 0}},
      {{Kind::kSaturation, 0.6, 4}, {Kind::kContrast, 1.0, 8}},
      {{Kind::kEqualize, 0.8, 0}, {Kind::kEqualize, 0.6, 0}},
  }};
  const auto& [first, second] = kPolicies[static_cast<size_t>(random.below(kPolicies.size()))];
  for (const Step& step : {first, second}) {
    if (random.uniform() >= step.probability) continue;
    plan.operations.push_back(operationOf(step.kind, static_cast<double>(step.strength) / kAll, kUsual, input,
                                          [&] { return random.below(2) == 1; }));
  }
}

// Hendrycks et al. 2020: the clip mixed with three copies of it, each after one to three weak operations.
void drawAugMix(const InputSpec& input, RandomState& random, ClipPlan& plan) {
  constexpr int64_t kSeverity = 3;  // of 1…10
  const double copies = random.uniform();
  Mixture mixture{1 - copies, std::vector<Mixture::Chain>(3)};
  double sum = 0;
  for (Mixture::Chain& chain : mixture.chains) {
    const int64_t depth = 1 + random.below(3);
    for (int64_t i = 0; i < depth; ++i) {
      const double share = static_cast<double>(random.below(kSeverity)) / 9;
      const Kind kind = kOperations[static_cast<size_t>(random.below(kOperations.size()))];
      chain.operations.push_back(operationOf(kind, share, kAugMix, input, [&] { return random.below(2) == 1; }));
    }
    sum += chain.weight = -std::log(1 - random.uniform());
  }
  for (Mixture::Chain& chain : mixture.chains) chain.weight *= sum > 0 ? copies / sum : 0;
  plan.mixture = std::move(mixture);
}

}  // namespace

void drawAutoAugment(const AugmentOptions& options, const InputSpec& input, RandomState& random, ClipPlan& plan) {
  for (int64_t count = 0; count < options.randAugmentOperations; ++count) {
    if (const auto operation = drawOrNone(options.randAugmentMagnitude / 30, kUsual, input, random)) {
      plan.operations.push_back(*operation);
    }
  }
  switch (options.autoAugment) {
    case AutoAugment::kNone:
      return;
    case AutoAugment::kTrivialAugmentWide:
      return drawTrivialAugment(input, random, plan);
    case AutoAugment::kAugMix:
      return drawAugMix(input, random, plan);
    case AutoAugment::kImageNet:
      return drawImageNetPolicy(input, random, plan);
  }
}

}  // namespace kinetorch::augmentation
