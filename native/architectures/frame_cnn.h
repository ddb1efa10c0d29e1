#pragma once

#include <torch/csrc/jit/api/module.h>

#include <array>
#include <cstdint>
#include <string>

#include "native/architectures/frame_cnn_spec.h"
#include "native/architectures/layer_factory.h"
#include "native/architectures/parts.h"

namespace kinetorch::architectures {

// A layer within a network, by its path, and what it gives.
struct Tap {
  std::string path;
  int64_t channels = 0;
};

// A 2-D network of convolutions of 1×k×k.
struct FrameBackbone {
  LayerFactory::Children layers;  // one after another, to N×features×T×H×W
  int64_t features = 0;
  std::array<Tap, 2> earlier;  // the last layers whose maps have strides of 8 and of 16
  // Its head may stand within a module that holds nothing else, such as "classifier.1".
  const Parts& parts;
};

// Note [2-D networks on video]
// A 2-D convolution of k×k is a 3-D one of 1×k×k on each frame of a clip: a 2-D network becomes one for clips without a
// reshape, its weights fit after their kernels get a third side of 1, and all that this project has for 3-D networks,
// kernels, training, counting, serves it. What is left to say is what it sees of a clip, and how the vectors of frames
// become one: `FrameCnnSpec`.

// A network for N×3×T×H×W clips with the methods `forward` and `embed`.
torch::jit::Module assembleFrameCnn(LayerFactory& factory, const FrameBackbone& backbone, const FrameCnnSpec& spec,
                                    int64_t numClasses);

}  // namespace kinetorch::architectures
