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
  kSimple,      // 3×3×3                                                        (R3D)
  kNoTemporal,  // 1×3×3                                                        (MC3, from layer2 on; C2D, I3D, Slow)
  k2Plus1D,     // 1×3×3 into midplanes, BN, ReLU, 3×1×1                        (R(2+1)D)
  kTimeSpace,   // 3×1×1, BN, ReLU, 1×3×3, all of one width                     (R(2+1)D with bottlenecks)
  kDepthwise,   // 3×3×3, groups = channels                                     (ir-CSN)
  kPointDepthwise,  // 1×1×1, BN, then 3×3×3 with groups = channels                 (ip-CSN)
};

struct StemSpec {
  int64_t frames = 3;    // that its 7×7 filters reach over
  bool isSplit = false;  // 1×7×7 into 45 planes, BN, ReLU, 3×1×1
  bool hasPool = false;  // then the maximum of 3×3, every second one
};

struct StageSpec {
  BlockConv conv = BlockConv::kSimple;
  int64_t blocks = 0;
  Size3 stride{1, 1, 1};  // of its first block
  // Frames that the first convolution of a bottleneck reaches over; its blocks take them in turns.
  std::vector<int64_t> pointwiseFrames{1};
  bool poolsTime = false;  // the larger of every two frames, before its first block
};

struct ResNetSpec {
  StemSpec stem;
  std::array<StageSpec, 4> stages{};
  bool hasBottlenecks = false;
  double bnEpsilon = kBnEpsilon;
  // Every how many blocks of a stage features are shifted in time (Lin et al. 2019, "TSM"); 0: none.
  int64_t shiftEvery = 0;
  bool stridesFirst = false;  // bottlenecks in their first convolution (He et al. 2015), not in their second
};

// ResNet-18, -34, -50, -101 or -152 for single pictures, run on each frame by itself: torchvision's, whose bottlenecks
// stride in the 3×3 convolution. What is inflated, or shifted, begins with it.
ResNetSpec pictureResNet(int64_t depth);

// The stages of a residual network, as many as resNetParts() names, for N×3×T×H×W clips, and the channels of the last.
struct ResNetBody {
  std::vector<torch::jit::Module> stages;
  int64_t features = 0;
};
ResNetBody buildResNetBody(LayerFactory& factory, const ResNetSpec& spec);

// The same with a head. Methods: `forward` gives N×numClasses logits, `embed` the N×C vector before the last layer.
// State-dict keys are torchvision's (VMZ's for CSN; those of bottlenecks are alike).
torch::jit::Module buildVideoResNet(LayerFactory& factory, const ResNetSpec& spec, int64_t numClasses);

// What all families call their stages and their head, as torchvision does.
const Parts& resNetParts();

// Puts the stages, as many as resNetParts() names, and a head together; shared by all families. `dropout` is the share
// of features that training leaves out before the head.
torch::jit::Module assembleNetwork(LayerFactory& factory, const std::vector<torch::jit::Module>& stages,
                                   int64_t features, int64_t numClasses, double dropout);

// relu(conv2(conv1(x)) + shortcut(x)), with conv3 where the block is a bottleneck, and shift(x) before conv1; shortcut
// and shift may be null.
torch::jit::Module residualBlock(LayerFactory& factory, const std::vector<torch::jit::Module>& convs,
                                 const torch::jit::Module* downsample, const torch::jit::Module* shift = nullptr);

}  // namespace kinetorch::architectures
