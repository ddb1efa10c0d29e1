#include "native/explanation/activation_map.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

namespace kinetorch::explanation {
namespace {

// Two channels of one instant of 2×2 places.
at::Tensor activations() { return at::tensor({1.0F, 0.0F, 2.0F, 4.0F, 0.0F, 3.0F, 1.0F, 1.0F}).view({2, 1, 2, 2}); }

// A head's weights, the same everywhere.
at::Tensor weights() { return at::tensor({1.0F, -0.5F}).view({2, 1, 1, 1}); }

void expectValues(const at::Tensor& map, const std::vector<float>& expected) {
  const at::Tensor difference = map.flatten() - at::tensor(expected);
  EXPECT_LE(difference.abs().max().item<double>(), 1e-5) << map;
}

TEST(ActivationMap, IsAWeightedSumOfChannels) {
  for (const MapMethod method : {MapMethod::kGradCam, MapMethod::kHiResCam}) {
    expectValues(activationMap(activations(), weights(), method), {1, 0, 1.5, 3.5});
    expectValues(activationMap(activations(), weights().expand({2, 1, 2, 2}), method), {1, 0, 1.5, 3.5});
  }
  expectValues(activationMap(activations(), weights(), MapMethod::kLayerCam), {1, 0, 2, 4});
}

TEST(ActivationMap, TakesGradCamsWeightsForEachInstant) {
  // One channel, two instants of 1×2 places.
  const at::Tensor values = at::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({1, 2, 1, 2});
  const at::Tensor gradients = at::tensor({1.0F, 3.0F, -1.0F, 2.0F}).view({1, 2, 1, 2});
  expectValues(activationMap(values, gradients, MapMethod::kGradCam), {2, 4, 1.5, 2});
  expectValues(activationMap(values, gradients, MapMethod::kHiResCam), {1, 6, 0, 8});
  expectValues(activationMap(values, gradients, MapMethod::kLayerCam), {1, 6, 0, 8});
}

TEST(ActivationMap, ProjectsOntoTheFirstComponent) {
  expectValues(activationMap(activations(), {}, MapMethod::kEigenCam), {0.101114, 2.353562, 0, 0});
  // The sign is that of the largest value.
  expectValues(activationMap(-activations(), {}, MapMethod::kEigenCam), {0.101114, 2.353562, 0, 0});
}

TEST(ActivationMap, ProjectsTheSameByEitherGramMatrix) {
  const at::Tensor few = at::randn({3, 2, 4, 5}, at::make_generator<at::CPUGeneratorImpl>(1));
  const at::Tensor many = at::randn({60, 1, 2, 3}, at::make_generator<at::CPUGeneratorImpl>(2));
  for (const at::Tensor& values : {few, many}) {
    const at::Tensor places = values.flatten(1).t().to(at::kDouble);
    const at::Tensor centred = places - places.mean(0, true);
    at::Tensor expected = centred.mv(std::get<2>(at::linalg_svd(centred, false))[0]);
    if (expected.max().item<double>() < -expected.min().item<double>()) expected = -expected;
    const at::Tensor map = activationMap(values, {}, MapMethod::kEigenCam).flatten();
    EXPECT_LE((map - expected.relu()).abs().max().item<double>(), 1e-5);
  }
}

TEST(ScaledMap, ReachesFromZeroToOne) {
  const at::Tensor map = activationMap(activations(), weights(), MapMethod::kGradCam);
  expectValues(scaledMap(map, {1, 2, 2}), {0.285714, 0, 0.428571, 1});
  expectValues(scaledMap(map, {1, 4, 4}), {.285714, .214286, .071429, 0,                                    //
                                           .321429, .303571, .267857, .25, .392857, .482143, .660714, .75,  //
                                           .428571, .571429, .857143, 1});
}

TEST(ScaledMap, HasNoScaleOfItsOwn) {
  const at::Tensor map = activationMap(activations(), weights(), MapMethod::kGradCam);
  for (const double factor : {1e-12, 1e12})
    expectValues(scaledMap(map * factor, {1, 2, 2}), {0.285714, 0, 0.428571, 1});
}

TEST(ScaledMap, IsZeroWhereNothingStandsOut) {
  for (const double value : {0.0, 1e-30, 0.7}) {
    expectValues(scaledMap(at::full({2, 2, 2}, value), {1, 1, 3}), {0, 0, 0});
  }
  expectValues(scaledMap(activationMap(at::zeros({2, 1, 2, 2}), {}, MapMethod::kEigenCam), {1, 2, 2}), {0, 0, 0, 0});
}

}  // namespace
}  // namespace kinetorch::explanation
