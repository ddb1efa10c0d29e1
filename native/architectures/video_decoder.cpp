#include "native/architectures/video_decoder.h"

#include <algorithm>
#include <sstream>
#include <string>

namespace kinetorch::architectures {

namespace {

using Module = torch::jit::Module;

constexpr int64_t kLeastWidth = 16;

Module step(LayerFactory& factory, int64_t in, int64_t out) {
  return factory.sequential(
      {factory.conv3d({in, in, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}}), factory.batchNorm(in, kBnEpsilon), factory.relu(),
       factory.conv3d({in, out, {3, 1, 1}, {1, 1, 1}, {1, 0, 0}}), factory.batchNorm(out, kBnEpsilon)});
}

Module projection(LayerFactory& factory, int64_t in, int64_t out) {
  ConvSpec spec{in, out};
  spec.bias = true;
  return factory.conv3d(spec);
}

}  // namespace

VideoDecoder buildVideoDecoder(LayerFactory& factory, const EncoderShape& encoder, int64_t width, bool skips) {
  const size_t last = encoder.channels.size() - 1;
  const std::string deepest = "proj" + std::to_string(last);
  LayerFactory::Children children{{deepest, projection(factory, encoder.channels[last], width)}};
  std::ostringstream source;
  source << "def forward(self, stages: List[Tensor]) -> Tensor:\n"
         << "    x = self." << deepest << ".forward(stages[" << last << "])\n";
  for (size_t stage = last; stage-- > 0;) {
    const std::string index = std::to_string(stage);
    const int64_t narrower = std::max(width / 2, kLeastWidth);
    children.emplace_back("block" + index, step(factory, width, narrower));
    width = narrower;
    source << "    size = stages[" << index << "].size()\n"
           << "    x = self.block" << index << ".forward(torch.upsample_nearest3d(x, [size[2], size[3], size[4]]))\n";
    if (skips && stage > 0) {
      children.emplace_back("proj" + index, projection(factory, encoder.channels[stage], width));
      source << "    x = x.add_(self.proj" << index << ".forward(stages[" << index << "]))\n";
    }
    source << "    x = torch.relu_(x)\n";
  }
  source << "    return x\n";
  children.emplace_back("head", clipHead(factory, width, encoder.stemStride));
  return {factory.composite("VideoDecoder", children, source.str()), width};
}

Module clipHead(LayerFactory& factory, int64_t width, Size3 stemStride) {
  const auto [time, height, columns] = stemStride;
  const Module conv = projection(factory, width, 3 * time * height * columns);
  std::ostringstream source;
  source << "def forward(self, x: Tensor) -> Tensor:\n"
         << "    x = self.conv.forward(x)\n"
         << "    n, t, h, w = x.size(0), x.size(2), x.size(3), x.size(4)\n"
         << "    x = x.reshape([n, 3, " << time << ", " << height << ", " << columns << ", t, h, w])\n"
         << "    x = x.permute([0, 1, 5, 2, 6, 3, 7, 4])\n"
         << "    return x.reshape([n, 3, t * " << time << ", h * " << height << ", w * " << columns << "])\n";
  return factory.composite("ClipHead", {{"conv", conv}}, source.str());
}

}  // namespace kinetorch::architectures
