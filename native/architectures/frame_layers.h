#pragma once

#include <torch/csrc/jit/api/module.h>

#include <array>
#include <cstdint>

#include "native/architectures/layer_factory.h"

// Layers of 2-D networks and of what makes them networks for video; see frame_cnn.h.

namespace kinetorch::architectures {

// min(max(x, 0), 6).
torch::jit::Module relu6(LayerFactory& factory);

// Zeros around each frame as TensorFlow's "SAME" has them for a square kernel: as many as make ceil(size / stride)
// outputs, the odd one below and on the right.
torch::jit::Module samePad(LayerFactory& factory, int64_t kernel, int64_t stride);

// N×3×T×H×W of 0…1 to the change of each frame over the next `lag`, clamp(0.5 + 2·(x[t+lag] − x[t]), 0, 1), less `mean`
// and over `std`: N×3×(T−lag)×H×W pictures that a network for photographs takes (Wang et al. 2016, "Temporal Segment
// Networks", feeds it such differences unscaled).
torch::jit::Module frameDifference(LayerFactory& factory, int64_t lag, const std::array<double, 3>& mean,
                                   const std::array<double, 3>& std);

// N×C×T×H×W to N×C×T×1×1, the mean of each frame.
torch::jit::Module spaceMean(LayerFactory& factory);

// N×C×T×H×W to N×2C: the mean, and the mean size of the change from one frame's mean to the next's; of one frame 0.
torch::jit::Module meanAndChange(LayerFactory& factory);

// N×C×T×H×W to N×2C: the mean, and the mean of each frame's largest value.
torch::jit::Module meanAndMaximum(LayerFactory& factory);

// x / √(|x| + 0.01): where it matters the square root with its sign, which keeps large values from being all that
// counts (Perronnin et al. 2010, "Improving the Fisher Kernel for Large-Scale Image Classification"), with a finite
// slope at 0.
torch::jit::Module signedRoot(LayerFactory& factory);

// N×C×T×H×W to N×hidden: the last state of an LSTM over the frames' means.
torch::jit::Module frameLstm(LayerFactory& factory, int64_t channels, int64_t hidden);

}  // namespace kinetorch::architectures
