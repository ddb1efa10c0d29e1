#include "native/architectures/frame_layers.h"

#include <sstream>
#include <string>

namespace kinetorch::architectures {
namespace {

using Module = torch::jit::Module;

// What native/model/profile.cpp reads shapes from.
void note(Module& module, const char* name, int64_t value) {
  module.register_attribute(name, c10::IntType::get(), value);
}

}  // namespace

Module relu6(LayerFactory& factory) {
  return factory.composite("ReLU6", {},
                           "def forward(self, x: Tensor) -> Tensor:\n    return torch.hardtanh_(x, 0.0, 6.0)\n");
}

Module samePad(LayerFactory& factory, int64_t kernel, int64_t stride) {
  std::ostringstream source;
  source << "def forward(self, x: Tensor) -> Tensor:\n"
         << "    high = max(((x.size(3) - 1) // " << stride << ") * " << stride << " + " << kernel
         << " - x.size(3), 0)\n"
         << "    wide = max(((x.size(4) - 1) // " << stride << ") * " << stride << " + " << kernel
         << " - x.size(4), 0)\n"
         << "    return torch.constant_pad_nd(x, [wide // 2, wide - wide // 2, high // 2, high - high // 2], 0)\n";
  Module module = factory.composite("SamePad", {}, source.str());
  note(module, "kernel", kernel);
  note(module, "stride", stride);
  return module;
}

Module frameDifference(LayerFactory& factory, int64_t lag, const std::array<double, 3>& mean,
                       const std::array<double, 3>& std) {
  std::ostringstream source;
  source.precision(17);
  source << std::showpoint << "def forward(self, x: Tensor) -> Tensor:\n"
         << "    x = torch.clamp((x[:, :, " << lag << ":] - x[:, :, :-" << lag << "]) * 2.0 + 0.5, 0.0, 1.0)\n"
         << "    return torch.cat([";
  for (size_t i = 0; i < mean.size(); ++i) {
    source << (i ? ", " : "") << "(x[:, " << i << ":" << i + 1 << "] - " << mean[i] << ") / " << std[i];
  }
  source << "], 1)\n";
  Module module = factory.composite("FrameDifference", {}, source.str());
  note(module, "lag", lag);
  return module;
}

Module spaceMean(LayerFactory& factory) {
  return factory.composite("SpaceMean", {},
                           "def forward(self, x: Tensor) -> Tensor:\n    return x.mean([3, 4], True)\n");
}

Module meanAndChange(LayerFactory& factory) {
  return factory.composite("MeanAndChange", {}, R"(
    def forward(self, x: Tensor) -> Tensor:
        frames = x.mean([3, 4])
        change = torch.abs(frames[:, :, 1:] - frames[:, :, :-1])
        return torch.cat([frames.mean([2]), change.sum([2]) / max(change.size(2), 1)], 1)
  )");
}

Module meanAndMaximum(LayerFactory& factory) {
  return factory.composite("MeanAndMaximum", {}, R"(
    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x.mean([2, 3, 4]), x.amax([3, 4]).mean([2])], 1)
  )");
}

Module signedRoot(LayerFactory& factory) {
  return factory.composite("SignedRoot", {},
                           "def forward(self, x: Tensor) -> Tensor:\n    return x / torch.sqrt(torch.abs(x) + 0.01)\n");
}

Module frameLstm(LayerFactory& factory, int64_t channels, int64_t hidden) {
  const Module lstm = factory.lstm(channels, hidden);
  Module module = factory.composite("FrameLstm", {{"lstm", lstm}}, R"(
    def forward(self, x: Tensor) -> Tensor:
        return self.lstm.forward(x.mean([3, 4]).transpose(1, 2))
  )");
  note(module, "hidden", hidden);
  return module;
}

}  // namespace kinetorch::architectures
