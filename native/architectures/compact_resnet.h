#pragma once

#include <torch/csrc/jit/api/module.h>

#include <array>
#include <cstdint>

#include "native/architectures/layer_factory.h"

namespace kinetorch::architectures {

// Kinetorch's own small networks, made to be trained from scratch on a CPU.
struct CompactSpec {
  // Blocks filter in space (1×3×3), then in time (3×1×1): depthwise, and then mix channels (1×1×1); or with full
  // convolutions that mix as they filter.
  bool depthwise = false;
  // Share of features that training leaves out before the last layer.
  double dropout = 0;
  // Normalises local contrast first, so that lighting and complexion, which few clips cannot average out, do not count.
  bool localContrast = false;
  // By which factor each of the four stages shortens time. Every stage halves the picture.
  std::array<int64_t, 4> timeStrides{1, 2, 2, 2};
};

torch::jit::Module buildCompactResNet(LayerFactory& factory, const CompactSpec& spec, int64_t numClasses);

}  // namespace kinetorch::architectures
