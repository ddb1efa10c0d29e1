#include "native/kernels/float32/direct_blocks.h"

#include <algorithm>

namespace kinetorch::kernels::float32 {
namespace {

// Below this the copy costs less than short segments do.
constexpr int64_t kFewChannels = 16;

}  // namespace

DirectShape directShape(const ConvLayer& layer, const ClipSize& input) {
  const ClipSize output = outputSize(layer, input);
  DirectShape shape;
  shape.rows = output.batch * output.frames * output.height * output.width;
  shape.segments = layer.kernel[0] * layer.kernel[1];
  shape.depth = layer.inputChannels;
  if (layer.kernel[2] > 1 && layer.inputChannels < kFewChannels) {
    shape.depth *= layer.kernel[2];
    shape.copiedFloats =
        input.batch * input.frames * input.height * (input.width + 2 * layer.padding[2]) * layer.inputChannels;
  } else {
    shape.segments *= layer.kernel[2];
  }
  return shape;
}

DirectGrid directGrid(const ConvLayer& layer, const ClipSize& input) {
  const auto leavesAsIs = [&](size_t axis) {
    return layer.kernel[axis] == 1 && layer.stride[axis] == 1 && layer.padding[axis] == 0;
  };
  const auto joined = [&](ClipSize size) {
    if (!leavesAsIs(1) || !leavesAsIs(2)) return size;
    if (!leavesAsIs(0)) return ClipSize{size.batch, size.frames, 1, size.height * size.width};
    return ClipSize{1, 1, 1, size.batch * size.frames * size.height * size.width};
  };
  return {joined(input), joined(outputSize(layer, input))};
}

DirectBlocks::DirectBlocks(const ConvLayer& layer, const DirectShape& shape, const ConvPlan& plan,
                           const SimdShape& simd)
    : shape_(shape), panelWidth_(simd.panelWidth) {
  // Blocks of even size, in whole micro-kernels: a last block of one row would read all weights for it.
  const int64_t most = std::max<int64_t>(1, plan.tileRows);
  rows_ = std::min({shape.rows, most, roundUp(evenPart(shape.rows, most), simd.rows)});
  const int64_t channels = roundUp(layer.outputChannels, simd.panelWidth);
  channelBlock_ = channels;
  if (plan.shareInput) {
    channelBlock_ = std::min(channels, roundUp(std::max<int64_t>(1, plan.channelBlock), simd.panelWidth));
  }
  channelBlocks_ = ceilDivide(channels, channelBlock_);
}

int64_t DirectBlocks::pointerFloats() const {
  constexpr int64_t kFloats = sizeof(const float*) / sizeof(float);
  return roundUp(shape_.segments * rows_ * kFloats, kCacheLine);
}

}  // namespace kinetorch::kernels::float32
