#include "native/architectures/reconstruction.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/grad_mode.h>

#include "native/architectures/video_decoder.h"

namespace kinetorch::architectures {

namespace {

using Module = torch::jit::Module;

// Asked of the stages themselves, so that any architecture gets a decoder.
EncoderShape shapeOf(const std::vector<NamedStage>& stages) {
  constexpr int64_t kFrames = 8;
  constexpr int64_t kSide = 32;
  at::NoGradGuard noGrad;
  EncoderShape shape;
  at::Tensor clip = at::zeros({1, 3, kFrames, kSide, kSide});
  for (auto [name, stage] : stages) {
    stage.eval();
    clip = stage.forward({clip}).toTensor();
    stage.train();
    shape.channels.push_back(clip.size(1));
    if (shape.channels.size() == 1) {
      shape.stemStride = {kFrames / clip.size(2), kSide / clip.size(3), kSide / clip.size(4)};
    }
  }
  return shape;
}

// The stem of clips of which places are hidden, before the token is added.
std::string maskedStem(const NamedStage& stem) {
  const auto& [name, module] = stem;
  if (!module.hasattr("0") || !module.attr("0").toModule().find_method("masked")) {
    return "    return self." + name + ".forward(x.masked_fill(hidden, 0.0))\n";
  }
  const auto layer = [&name = name](const std::string& index) {
    return "getattr(self." + name + ", \"" + index + "\")";
  };
  std::string source = "    x = " + layer("0") + ".masked(x, hidden)\n";
  for (size_t i = 1; module.hasattr(std::to_string(i)); ++i) {
    source += "    x = " + layer(std::to_string(i)) + ".forward(x)\n";
  }
  return source + "    return x\n";
}

Module encoder(LayerFactory& factory, const std::vector<NamedStage>& stages, bool masked) {
  const std::string& stem = stages.front().first;
  LayerFactory::Children children;
  std::string source = "def later(self, x: Tensor) -> List[Tensor]:\n    stages = [x]\n";
  for (const auto& [name, stage] : stages) {
    children.emplace_back(name, stage);
    if (name != stem) source += "    x = self." + name + ".forward(x)\n    stages.append(x)\n";
  }
  source += "    return stages\n";
  source += "def forward(self, x: Tensor) -> List[Tensor]:\n    return self.later(self." + stem + ".forward(x))\n";
  if (masked) {
    source += "def masked_stem(self, x: Tensor, hidden: Tensor) -> Tensor:\n" + maskedStem(stages.front());
  }
  return factory.composite("VideoEncoder", children, source);
}

std::string steps(const Size3& stride) { return "::" + std::to_string(stride[1]) + ", ::" + std::to_string(stride[2]); }

}  // namespace

Module assembleReconstruction(LayerFactory& factory, const std::vector<NamedStage>& stages, int64_t decoderWidth,
                              bool masked) {
  const EncoderShape shape = shapeOf(stages);
  const VideoDecoder decoder = buildVideoDecoder(factory, shape, decoderWidth, masked);
  LayerFactory::Children children{{"encoder", encoder(factory, stages, masked)}, {"decoder", decoder.module}};
  std::string source =
      "def encode(self, x: Tensor) -> List[Tensor]:\n"
      "    return self.encoder.forward(x)\n"
      "def decode(self, stages: List[Tensor], size: Optional[List[int]] = None) -> Tensor:\n"
      "    clip = self.decoder.head.forward(self.decoder.forward(stages))\n"
      "    if size is not None:\n"
      "        clip = clip[:, :, :, :size[0], :size[1]]\n"
      "    return clip\n"
      "def reconstruct(self, x: Tensor) -> Tensor:\n"
      "    return self.decode(self.encode(x), [x.size(3), x.size(4)])\n";
  if (!masked) {
    source += "def forward(self, x: Tensor) -> Tensor:\n    return self.reconstruct(x)\n";
    return factory.composite("VideoReconstruction", children, source);
  }
  children.emplace_back("mask_token", factory.maskToken(shape.channels.front()));
  children.emplace_back("difference", clipHead(factory, decoder.width, shape.stemStride));
  source +=
      "def encode_masked(self, x: Tensor, mask: Tensor) -> List[Tensor]:\n"
      "    hidden = mask.unsqueeze(1).unsqueeze(2)\n"
      "    stem = self.encoder.masked_stem(x, hidden)\n"
      "    return self.encoder.later(self.mask_token.forward(stem, hidden[:, :, :, " +
      steps(shape.stemStride) +
      "]))\n"
      "def forward(self, x: Tensor, mask: Tensor) -> Tuple[Tensor, Tensor]:\n"
      "    features = self.decoder.forward(self.encode_masked(x, mask))\n"
      "    pixels = self.decoder.head.forward(features)\n"
      "    difference = self.difference.forward(features)\n"
      "    height, width = x.size(3), x.size(4)\n"
      "    return pixels[:, :, :, :height, :width], difference[:, :, :, :height, :width]\n";
  return factory.composite("VideoReconstruction", children, source);
}

}  // namespace kinetorch::architectures
