#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <vector>

#include "native/architectures/layer_factory.h"

namespace kinetorch::architectures {

// What a decoder has to know of the stages below it.
struct EncoderShape {
  std::vector<int64_t> channels;  // of each stage, the stem first
  Size3 stemStride{1, 1, 1};      // of the clip to the stem's output
};

// `forward(stages) -> Tensor` gives N×width×T×H×W of the stem's size, `head` makes a clip of it.
struct VideoDecoder {
  torch::jit::Module module;
  int64_t width = 0;
};

// From the last stage up to the stem's size: each step enlarges to the very size of the stage below, odd or not,
// filters in space (1×3×3) and in time (3×1×1), halves the width, and with `skips` adds what that stage has
// (Ronneberger et al. 2015, "U-Net"), but for the stem. Enlarging by copies and not by transposed convolutions leaves
// no chequers (Odena et al. 2016).
VideoDecoder buildVideoDecoder(LayerFactory& factory, const EncoderShape& encoder, int64_t width, bool skips);

// `forward(x)`: N×width×T×H×W to N×3×T×H×W clips, larger by the stem's stride; each value becomes a block of pixels.
torch::jit::Module clipHead(LayerFactory& factory, int64_t width, Size3 stemStride);

}  // namespace kinetorch::architectures
