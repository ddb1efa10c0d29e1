#pragma once

#include <algorithm>
#include <cstddef>

#include "native/kernels/conv.h"
#include "native/kernels/rounding.h"

namespace kinetorch::kernels::int8 {

// Note [Quads]
// A lane multiplies four bytes at once, but of a depthwise convolution only taps of one channel are added, and these
// lie a pixel apart or more. So the bytes of four pixels, above each other or one frame after the other, are put beside
// each other for every channel: a quad. Its bytes are the taps of one output and, where the stride is 1, those of the
// next output too, in another order of weights. Quads are made once for a row and kept for all taps that are not in
// their own direction, nine of 27, so that making them costs little.
//
// Lines are the taps, and the outputs, in the third direction, neither that of quads nor along a row.
struct DepthwiseShape {
  size_t quadAxis;  // as in ConvLayer: 0, frames, or 1, height
  size_t lineAxis;  // the other
  int outputs;      // of a quad, in its direction
};

inline bool servesTwo(const ConvLayer& layer, size_t axis) {
  return layer.kernel[axis] == 3 && layer.stride[axis] == 1;
}

inline DepthwiseShape depthwiseShape(const ConvLayer& layer) {
  for (const size_t axis : {size_t{1}, size_t{0}}) {
    if (servesTwo(layer, axis)) return {axis, 1 - axis, 2};
  }
  return layer.kernel[1] == 3 ? DepthwiseShape{1, 0, 1} : DepthwiseShape{0, 1, 1};
}

// Bytes of a channel's weights as packDepthwise() leaves them.
inline int64_t depthwiseBytes(const ConvLayer& layer, const DepthwiseShape& shape) {
  return layer.kernel[shape.lineAxis] * layer.kernel[2] * shape.outputs * 4;
}

// [channels, whole vectors of `lanes`][line][tap along a row][output of a quad][lane][4]
AlignedBuffer<std::byte> packDepthwise(const ConvLayer& layer, int64_t lanes, const int8_t* weights);

// A plan applied to a size: the parts of the workspace. It begins with a row of pixels that lie in the padding; then,
// for each thread, lines of quads, with the padding to the left and right.
class DepthwiseBlocks {
 public:
  // The taps of a line, and one for the second line of a strip; a power of two.
  static constexpr int64_t kLinesKept = 4;

  DepthwiseBlocks(const ConvLayer& layer, const ConvPlan& plan, const ClipSize& input, int64_t lanes)
      : rowBytes_(roundUp(input.width * storedChannels(layer.inputChannels), kCacheLine)),
        channels_(roundUp(std::clamp<int64_t>(plan.channelBlock, 1, layer.inputChannels), std::max<int64_t>(lanes, 4))),
        lineQuads_((input.width + 2 * layer.padding[2]) * channels_) {}

  int64_t channels() const { return channels_; }  // in a block
  int64_t lineQuads() const { return lineQuads_; }
  int64_t rowBytes() const { return rowBytes_; }
  int64_t threadBytes() const { return roundUp(kLinesKept * lineQuads_ * 4, kCacheLine); }
  size_t workspaceBytes(int threads) const { return static_cast<size_t>(rowBytes_ + threads * threadBytes()); }

 private:
  static constexpr int64_t kCacheLine = 64;

  int64_t rowBytes_;
  int64_t channels_;
  int64_t lineQuads_;
};

}  // namespace kinetorch::kernels::int8
