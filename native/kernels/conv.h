#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "native/kernels/aligned_buffer.h"
#include "native/kernels/element_kind.h"
#include "native/kernels/parallel.h"
#include "native/kernels/quantisation.h"

// 3-D convolutions on a CPU. Activations are dense NDHWC, which PyTorch calls channels_last_3d: [N][T][H][W][C]; of
// int8 they are bytes, and C is storedChannels(channels).
//
//   PackedConv conv(layer, ConvAlgorithm::kWinograd4, weights, bias, threads);
//   ConvPlan plan = defaultPlan(conv, size, threads.threads());
//   AlignedBuffer<std::byte> workspace(workspaceBytes(conv, plan, size, threads.threads()));
//   run(conv, plan, size, {ElementKind::kFloat32, input, output}, workspace.data(), threads);
namespace kinetorch::kernels {

// Dimensions are in the order frames, height, width.
struct ConvLayer {
  int64_t inputChannels = 0;
  int64_t outputChannels = 0;
  std::array<int64_t, 3> kernel = {1, 1, 1};
  std::array<int64_t, 3> stride = {1, 1, 1};
  std::array<int64_t, 3> padding = {0, 0, 0};
  int64_t groups = 1;
};

struct ClipSize {
  int64_t batch = 0;
  int64_t frames = 0;
  int64_t height = 0;
  int64_t width = 0;
};

ClipSize outputSize(const ConvLayer& layer, const ClipSize& input);

enum class ConvAlgorithm {
  kDirect,  // any layer with groups = 1; no rounding but that of the sums
  // F(2×2, 3×3) for (1,3,3) and (3,3,3), F(2, 3) for (3,1,1), F(2, 5) for (5,1,1); stride 1, padding kernel / 2
  kWinograd2,
  kWinograd4,  // F(4×4, 3×3), F(4, 3) and F(4, 5) likewise: fewer multiplications, larger rounding errors
  kDepthwise,  // groups = channels; kernel 1 or 3, stride 1 or 2, padding kernel / 2 in every dimension
};

inline constexpr std::array kConvAlgorithms{ConvAlgorithm::kDirect, ConvAlgorithm::kWinograd2,
                                            ConvAlgorithm::kWinograd4, ConvAlgorithm::kDepthwise};

const char* nameOf(ConvAlgorithm algorithm);

// Whether there is such a kernel; int8 has no Winograd, and no layer whose sums may not fit into 32 bits.
bool supports(const ConvLayer& layer, ConvAlgorithm algorithm, ElementKind elementKind = ElementKind::kFloat32);

// Names of the instruction sets that this processor can run a kind's kernels on, best first.
std::vector<std::string> targetNames(ElementKind elementKind);

// How a layer is cut into blocks. It changes speed only, never results beyond the order of sums.
struct ConvPlan {
  ElementKind elementKind = ElementKind::kFloat32;
  ConvAlgorithm algorithm = ConvAlgorithm::kDirect;
  // Rows of the products in a block: tiles of Winograd, pixels of a direct convolution; depthwise: rows of pixels.
  int64_t tileRows = 0;
  // Output channels in a block. Rounded up to whole panels of weights.
  int64_t channelBlock = 0;
  // False: threads take blocks of rows and go through all weights. True: they divide the output channels too, so that
  // large weights are read once; Winograd's transform a block's rows together first. Direct convolutions go by
  // channelBlock only then.
  bool shareInput = false;
  // Writes past the caches, for outputs so large that the next layer would not find them there; where the output is
  // aligned to cache lines and has whole lines of channels. Not for depthwise, nor for int8.
  bool streamOutput = false;
};

// A layer's weights in the order in which one algorithm reads them on one instruction set.
class PackedConv {
 public:
  // Of float32. `weights` is PyTorch's [outputChannels][inputChannels / groups][kernel…], `bias` null or
  // [outputChannels]; both are copied, by as many threads as there are. `target` is one of targetNames(), or empty for
  // the best.
  // Throws std::invalid_argument where the algorithm does not support the layer or the machine not the target.
  PackedConv(const ConvLayer& layer, ConvAlgorithm algorithm, const float* weights, const float* bias,
             ParallelFor& parallel, const std::string& target = "");

  // Of int8: a weight of output channel k is weightSteps[k] × its stored number, -127 to 127; the input will be stored
  // as `input` says. Otherwise the same.
  PackedConv(const ConvLayer& layer, ConvAlgorithm algorithm, const int8_t* weights, const float* weightSteps,
             const float* bias, Quantisation input, ParallelFor& parallel, const std::string& target = "");

  const ConvLayer& layer() const { return layer_; }
  ConvAlgorithm algorithm() const { return algorithm_; }
  ElementKind elementKind() const { return elementKind_; }
  int64_t target() const { return target_; }
  const void* weights() const { return weights_.data(); }
  const float* bias() const { return bias_.data(); }
  // What int8's sums begin with and are multiplied by, and the input's quantisation.
  const int32_t* start() const { return start_.data(); }
  const float* multiplier() const { return multiplier_.data(); }
  Quantisation input() const { return input_; }
  size_t bytes() const {
    return weights_.size() + start_.size() * sizeof(int32_t) + (multiplier_.size() + bias_.size()) * sizeof(float);
  }

 private:
  PackedConv(const ConvLayer& layer, ConvAlgorithm algorithm, ElementKind elementKind, const std::string& target);

  ConvLayer layer_;
  ConvAlgorithm algorithm_;
  ElementKind elementKind_;
  int64_t target_;  // Highway's bit of the instruction set
  AlignedBuffer<std::byte> weights_;
  AlignedBuffer<float> bias_;  // zeros where there is none, and up to whole panels, as those below
  AlignedBuffer<int32_t> start_;
  AlignedBuffer<float> multiplier_;
  Quantisation input_;
};

// A plan from the sizes of the caches, without measuring.
ConvPlan defaultPlan(const PackedConv& conv, const ClipSize& input, int threads);

// Plans worth measuring for this algorithm, the default plan first.
std::vector<ConvPlan> candidatePlans(const PackedConv& conv, const ClipSize& input, int threads);

// What run() needs as `workspace`, for a ParallelFor of that many threads.
size_t workspaceBytes(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, int threads);

struct ConvArguments {
  ElementKind elementKind = ElementKind::kFloat32;
  const void* input = nullptr;
  void* output = nullptr;
  const void* residual = nullptr;  // of the output's shape, or null
  bool relu = false;
  // For int8 alone. How the residual's bytes are stored, unless it is float32, with as many channels as there are.
  bool residualIsFloat = false;
  Quantisation residualQuantisation{};
  // How the output is; without, it is float32 of exactly outputChannels.
  std::optional<Quantisation> outputQuantisation{};
};

// output = convolution + bias + residual, then ReLU. Does not allocate. `workspace` is aligned to 64 bytes, its
// contents do not matter; int8's input is aligned to 4. The output may be the residual where both are stored alike, but
// may not overlap the input. Throws std::invalid_argument where the plan is another algorithm's, it or the arguments
// are of another kind, or the size gives no output.
void run(const PackedConv& conv, const ConvPlan& plan, const ClipSize& input, const ConvArguments& arguments,
         void* workspace, ParallelFor& parallel);

}  // namespace kinetorch::kernels
