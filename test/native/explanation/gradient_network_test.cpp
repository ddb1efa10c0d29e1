#include "native/explanation/gradient_network.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "native/explanation/activation_map.h"
#include "native/model/serialize_module.h"
#include "native/network/load_network.h"
#include "native/runtime/error.h"
#include "test/native/network/lively_network.h"
#include "test/native/support/relative_error.h"

namespace kinetorch::explanation {
namespace {

using network::Output;
using test::relativeError;

constexpr int64_t kClasses = 5;
constexpr int64_t kLabel = 2;

model::ModelFile fileOf(const torch::jit::Module& module) {
  return model::ModelFile::open({"", model::serializeModule(module, "{}")});
}

at::Tensor clip() { return at::randn({1, 3, 4, 32, 32}, at::make_generator<at::CPUGeneratorImpl>(3)); }

LayerGradients gradientsOf(GradientNetwork& network, const std::string& layer, MapMethod method = MapMethod::kGradCam,
                           int64_t label = kLabel) {
  return network.run(clip(), {method, layer, label});
}

LayerGradients gradientsOf(const torch::jit::Module& module, const std::string& layer) {
  GradientNetwork network(fileOf(module), at::kCPU);
  return gradientsOf(network, layer);
}

std::string messageOf(const torch::jit::Module& module, const std::string& layer, const std::string& code) {
  try {
    gradientsOf(module, layer);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "no error";
}

// `body` is what becomes of the map that `layer` gives, three channels of the clip's own size.
torch::jit::Module networkOf(const std::string& body) {
  torch::jit::Module layer("Layer");
  layer.register_attribute("training", c10::BoolType::get(), false);
  layer.define("def forward(self, x: Tensor) -> Tensor:\n    return x * 2.0\n");
  torch::jit::Module module("Network");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.register_module("layer", layer);
  module.register_parameter("weight", at::arange(15, at::kFloat).view({kClasses, 3}) - 7, false);
  module.define("def forward(self, x: Tensor) -> Tensor:\n    x = self.layer.forward(x)\n" + body);
  return module;
}

// Σ W·A over the places, and the bias, is the logit; so W is its gradient, and CAM and Grad-CAM are the same.
TEST(GradientNetwork, GivesForTheLastStageWhatTheHeadGives) {
  const torch::jit::Module module = test::lively("r2plus1d_16", kClasses);
  network::OptimizeOptions optimize;
  optimize.level = network::Optimization::kExact;
  optimize.maxBatchSize = 2;
  const auto frozen =
      network::loadNetwork(fileOf(module), test::smallInput(), {kClasses, {}}, at::kCPU, at::kFloat, optimize);
  const network::OutputTensors outputs = frozen->run(clip(), {Output::kLogits, Output::kFeatures});
  const at::Tensor features = outputs[Output::kFeatures][0];
  const at::Tensor head = frozen->headOfFeatures();
  ASSERT_EQ(head.sizes(), (std::vector<int64_t>{kClasses, features.size(0)}));
  const auto places = static_cast<double>(features.numel() / features.size(0));
  const at::Tensor bias = module.attr("fc").toModule().attr("bias").toTensor();
  EXPECT_LE(relativeError(head.mv(features.sum({1, 2, 3}) / places) + bias, outputs[Output::kLogits][0]), 1e-5);

  GradientNetwork unfrozen(fileOf(module), at::kCPU);
  double highest = 0;
  for (int64_t label = 0; label < kClasses; ++label) {
    const LayerGradients last = gradientsOf(unfrozen, "layer4", MapMethod::kGradCam, label);
    EXPECT_LE(relativeError(last.logits, outputs[Output::kLogits]), 1e-4);
    const at::Tensor weights = (head[label] / places).view({-1, 1, 1, 1});
    EXPECT_LE(relativeError(last.gradients, weights.expand_as(features)), 1e-5);
    for (const MapMethod method : {MapMethod::kGradCam, MapMethod::kHiResCam, MapMethod::kLayerCam}) {
      const at::Tensor expected = activationMap(features, weights, method);
      const at::Tensor map = activationMap(last.activations, last.gradients, method);
      const at::Tensor scale = (features * weights).abs().sum(0).max();
      EXPECT_LE((map - expected).abs().max().item<double>(), 1e-4 * scale.item<double>());
      highest = std::max(highest, expected.max().item<double>());
    }
  }
  EXPECT_GT(highest, 0);
}

// A step along the gradient changes the logit by as much as it says.
TEST(GradientNetwork, GivesGradientsOfEarlierStages) {
  const torch::jit::Module module = test::lively("r2plus1d_dw", kClasses);
  GradientNetwork unfrozen(fileOf(module), at::kCPU);
  for (const char* const layer : {"stem", "layer1", "layer2", "layer3", "layer2.0", "layer2.0.conv1"}) {
    const LayerGradients given = gradientsOf(unfrozen, layer);
    EXPECT_EQ(given.gradients.sizes(), given.activations.sizes()) << layer;
    EXPECT_GT(given.gradients.abs().max().item<double>(), 0) << layer;
    EXPECT_FALSE(gradientsOf(unfrozen, layer, MapMethod::kEigenCam).gradients.defined());
  }
  // All that comes after layer3 of this clip, run apart.
  const LayerGradients given = gradientsOf(unfrozen, "layer3");
  const auto logit = [&](const at::Tensor& activations) {
    const at::NoGradGuard noGrad;
    torch::jit::Module rest = module;
    rest.eval();
    const at::Tensor map = rest.attr("layer4").toModule().forward({activations.unsqueeze(0)}).toTensor();
    return rest.attr("fc").toModule().forward({map.mean({2, 3, 4})}).toTensor()[0][kLabel].item<double>();
  };
  const double step = 1e-3;
  const at::Tensor direction = given.gradients / given.gradients.norm();
  const double change = logit(given.activations + step * direction) - logit(given.activations - step * direction);
  EXPECT_NEAR(change / (2 * step), given.gradients.norm().item<double>(), 0.02 * given.gradients.norm().item<double>());
}

TEST(GradientNetwork, LooksAtAMapThatIsChangedInPlaceAfterwards) {
  const std::string head = "    return torch.linear(x.mean([2, 3, 4]), self.weight)\n";
  const LayerGradients given = gradientsOf(networkOf("    x = torch.relu_(x)\n" + head), "layer");
  EXPECT_TRUE(given.activations.equal(clip()[0] * 2));
  const at::Tensor weights = at::tensor({-1.0F, 0.0F, 1.0F}).view({3, 1, 1, 1}) / (4.0 * 32 * 32);
  EXPECT_LE((given.gradients - weights * (given.activations > 0)).abs().max().item<double>(), 1e-10);
}

TEST(GradientNetwork, TakesTheLikeliestClassWhereNoneIsNamed) {
  const torch::jit::Module module = networkOf("    return torch.linear(x.mean([2, 3, 4]), self.weight)\n");
  const LayerGradients given =
      GradientNetwork(fileOf(module), at::kCPU).run(clip(), {MapMethod::kGradCam, "layer", {}});
  EXPECT_EQ(given.label, given.logits.argmax().item<int64_t>());
}

TEST(GradientNetwork, SaysWhichLayersThereAre) {
  const torch::jit::Module module = test::lively("r2plus1d_dw", kClasses);
  EXPECT_EQ(
      messageOf(module, "layer9", "ERR_INVALID_ARGUMENT"),
      "expected `layer` to be 'last' or a module that the network calls, stem, layer1, layer2, layer3, layer4, fc, "
      "but received \"layer9\"");
  EXPECT_NE(messageOf(module, "fc", "ERR_INVALID_ARGUMENT").find("gives [1, 5] for one clip"), std::string::npos);
}

TEST(GradientNetwork, SaysWhereThereIsNoGradient) {
  const std::string cut = "    x = torch.round(x.detach())\n    return torch.linear(x.mean([2, 3, 4]), self.weight)\n";
  EXPECT_NE(messageOf(networkOf(cut), "layer", "ERR_UNSUPPORTED").find("eigencam"), std::string::npos);
}

}  // namespace
}  // namespace kinetorch::explanation
