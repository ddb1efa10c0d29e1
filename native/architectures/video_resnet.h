#pragma once

#include <torch/csrc/jit/api/module.h>

#include <array>
#include <cstdint>
#include <vector>

#include "native/architectures/layer_factory.h"
#include "native/architectures/parts.h"

namespace kinetorch::architectures {

// How a residual block's convolution is made, as torchvision's `conv_makers` and VMZ's depthwise builders.
enum class BlockConv {
  kSimple,          // 3×3×3                                                        (R3D)
  kNoTemporal,      // 1×3×3                                                        (MC3, from layer2 on)
  k2Plus1D,         // 1×3×3 into midplanes, BN, ReLU, 3×1×1                        (R(2+1)D)
  kDepthwise,       // 3×3×3, groups = channels                                     (ir-CSN)
  kPointDepthwise,  // 1×1×1, BN, then 3×3×3 with groups = channels                 (ip-CSN)
};

enum class Stem { kBasic, kBasicPool, k2Plus1D };

struct ResNetSpec {
  Stem stem = Stem::kBasic;
  std::array<BlockConv, 4> convs{};
  std::array<int64_t, 4> blocks{};
  bool bottleneck = false;
  double bnEpsilon = 1e-5;
};

// A 3-D residual network for N×3×T×H×W clips. Methods: `forward` gives N×numClasses logits, `embed` the N×C vector
// before the last layer. State-dict keys are torchvision's (VMZ's for bottleneck networks).
torch::jit::Module buildVideoResNet(LayerFactory& factory, const ResNetSpec& spec, int64_t numClasses);

// What all families call their stages and their head, as torchvision does.
const Parts& resNetParts();

// Puts the stages, as many as resNetParts() names, and a head together; shared by all families. `dropout` is the share
// of features that training leaves out before the head.
torch::jit::Module assembleNetwork(LayerFactory& factory, const std::vector<torch::jit::Module>& stages,
                                   int64_t features, int64_t numClasses, double dropout);

// relu(conv2(conv1(x)) + shortcut(x)), with conv3 where the block is a bottleneck; `downsample` may be null.
torch::jit::Module residualBlock(LayerFactory& factory, const std::vector<torch::jit::Module>& convs,
                                 const torch::jit::Module* downsample);

}  // namespace kinetorch::architectures
