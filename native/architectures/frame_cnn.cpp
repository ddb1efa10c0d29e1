#include "native/architectures/frame_cnn.h"

#include <optional>
#include <string>

#include "native/architectures/frame_layers.h"

namespace kinetorch::architectures {
namespace {

using Module = torch::jit::Module;

constexpr int64_t kPooledWidth = 256;
constexpr char kMean[] = "torch.flatten(torch.adaptive_avg_pool3d(x, [1, 1, 1]), 1)";

struct Pooling {
  std::optional<Module> module;
  bool isFlat = false;  // gives N×width, else what is still to be averaged
  int64_t width = 0;
};

Pooling poolingOf(LayerFactory& factory, FramePool pool, const FrameBackbone& backbone) {
  const int64_t features = backbone.features;
  switch (pool) {
    case FramePool::kMean:
      return {std::nullopt, false, features};
    case FramePool::kMeanAndChange:
      return {meanAndChange(factory), true, 2 * features};
    case FramePool::kMultiStage:
      return {meanAndMaximum(factory), true,
              backbone.earlier[0].channels + 2 * backbone.earlier[1].channels + 2 * features};
    case FramePool::kConvolution:
      return {factory.sequential({spaceMean(factory),
                                  factory.conv3d({features, kPooledWidth, {3, 1, 1}, {1, 1, 1}, {1, 0, 0}}),
                                  factory.batchNorm(kPooledWidth, kBnEpsilon), factory.relu()}),
              false, kPooledWidth};
    case FramePool::kLstm:
      return {frameLstm(factory, features, kPooledWidth), true, kPooledWidth};
  }
  throw std::logic_error("unknown FramePool");
}

// Runs the layers of `name`, and after the two that are tapped keeps what `pool` needs of their maps.
std::string tapped(const std::string& name, const Module& layers, const std::array<Tap, 2>& taps) {
  std::string source;
  const auto run = [&](const std::string& path, const std::string& layer) {
    source += "    x = " + layer + ".forward(x)\n";
    if (path == taps[0].path) source += "    early = " + std::string(kMean) + "\n";
    if (path == taps[1].path) source += "    middle = self.pool.forward(x)\n";
  };
  const auto isWithin = [&](const Tap& tap) { return tap.path.rfind(name + ".", 0) == 0; };
  if (!isWithin(taps[0]) && !isWithin(taps[1])) {
    run(name, "self." + name);
    return source;
  }
  for (const auto& inner : layers.named_children()) {
    run(name + "." + inner.name, "getattr(self." + name + ", \"" + inner.name + "\")");
  }
  return source;
}

// Both of them, where the head has a path of two parts.
std::pair<std::string, Module> headOf(LayerFactory& factory, const std::string& path, const Module& linear) {
  const size_t dot = path.find('.');
  if (dot == std::string::npos) return {path, linear};
  const std::string inner = path.substr(dot + 1);
  const std::string source =
      "def forward(self, x: Tensor) -> Tensor:\n    return getattr(self, \"" + inner + "\").forward(x)\n";
  return {path.substr(0, dot), factory.composite("Head", {{inner, linear}}, source)};
}

}  // namespace

Module assembleFrameCnn(LayerFactory& factory, const FrameBackbone& backbone, const FrameCnnSpec& spec,
                        int64_t numClasses) {
  LayerFactory::Children children;
  if (spec.stream == FrameStream::kDifference) {
    children.emplace_back("difference", frameDifference(factory, spec.lag, spec.mean, spec.std));
  }
  children.insert(children.end(), backbone.layers.begin(), backbone.layers.end());
  const Pooling pooling = poolingOf(factory, spec.pool, backbone);
  if (pooling.module) children.emplace_back("pool", *pooling.module);
  std::string source = "def embed(self, x: Tensor) -> Tensor:\n";
  const bool isMultiStage = spec.pool == FramePool::kMultiStage;
  for (const auto& [name, child] : children) {
    source += isMultiStage ? tapped(name, child, backbone.earlier) : "    x = self." + name + ".forward(x)\n";
  }
  if (isMultiStage) {
    children.emplace_back("root", signedRoot(factory));
    source += "    x = self.root.forward(torch.cat([early, middle, x], 1))\n";
  }
  if (!pooling.isFlat) source += "    x = " + std::string(kMean) + "\n";
  const auto head = headOf(factory, backbone.parts.head, factory.linear(pooling.width, numClasses));
  children.push_back(head);
  const std::string embedding =
      spec.dropout > 0 ? "torch.dropout(self.embed(x), " + std::to_string(spec.dropout) + ", self.training)"
                       : "self.embed(x)";
  source += "    return x\ndef forward(self, x: Tensor) -> Tensor:\n    return self." + head.first + ".forward(" +
            embedding + ")\n";
  return factory.composite("FrameCnn", children, source);
}

}  // namespace kinetorch::architectures
