#include "native/kernels/direct_blocks.h"

#include <algorithm>

namespace kinetorch::kernels {
namespace {

// Below this the copy costs less than short segments do.
constexpr int64_t kFewWords = 16;

}  // namespace

DirectShape directShape(const ConvLayer& layer, int64_t pixelWords, const ClipSize& input) {
  const ClipSize output = outputSize(layer, input);
  DirectShape shape;
  shape.pixelWords = pixelWords;
  shape.rows = output.batch * output.frames * output.height * output.width;
  shape.segments = layer.kernel[0] * layer.kernel[1];
  shape.depth = pixelWords;
  if (layer.kernel[2] > 1 && pixelWords < kFewWords) {
    shape.depth *= layer.kernel[2];
    shape.copiedWords = input.batch * input.frames * input.height * (input.width + 2 * layer.padding[2]) * pixelWords;
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

DirectBlocks::DirectBlocks(int64_t outputChannels, const DirectShape& shape, const ConvPlan& plan,
                           const SimdShape& simd)
    : shape_(shape), panelWidth_(simd.panelWidth) {
  // Blocks of even size, in whole micro-kernels: a last block of one row would read all weights for it.
  const int64_t most = std::max<int64_t>(1, plan.tileRows);
  rows_ = std::min({shape.rows, most, roundUp(evenPart(shape.rows, most), simd.rows)});
  const int64_t channels = roundUp(outputChannels, simd.panelWidth);
  channelBlock_ = channels;
  if (plan.shareInput) {
    channelBlock_ = std::min(channels, roundUp(std::max<int64_t>(1, plan.channelBlock), simd.panelWidth));
  }
  channelBlocks_ = ceilDivide(channels, channelBlock_);
}

int64_t DirectBlocks::pointerWords() const {
  constexpr int64_t kWords = sizeof(const void*) / 4;
  return roundUp(shape_.segments * rows_ * kWords, kCacheLine);
}

}  // namespace kinetorch::kernels
