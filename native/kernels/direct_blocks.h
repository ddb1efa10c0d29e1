#pragma once

#include "native/kernels/conv.h"
#include "native/kernels/rounding.h"
#include "native/kernels/simd_shape.h"

namespace kinetorch::kernels {

// Note [Segments]
// A direct convolution is a product of matrices whose rows, one for each output pixel, need not be gathered: a row
// consists of segments that lie in the input as they are, one for each tap of the kernel, and all that the micro-kernel
// must know is where they begin (an indirection buffer; Dukhan 2019). A segment outside the input is one of zeros.
//
// With few channels such segments would be too short. The input is then copied once, with its padding to the left and
// right, so that a segment covers all taps of a line.
//
// All is counted in words of four bytes: a float, or four channels of int8, which are multiplied together.
struct DirectShape {
  int64_t pixelWords = 0;
  int64_t segments = 0;
  int64_t depth = 0;        // words in a segment
  int64_t rows = 0;         // output pixels
  int64_t copiedWords = 0;  // of the padded copy; 0: there is none
};

DirectShape directShape(const ConvLayer& layer, int64_t pixelWords, const ClipSize& input);

// The sizes with lines as long as they can be: where a kernel covers one pixel, a frame is one line, and where it
// covers one frame too, all clips are.
struct DirectGrid {
  ClipSize input;
  ClipSize output;
};

DirectGrid directGrid(const ConvLayer& layer, const ClipSize& input);

// A plan applied to the rows: the blocks, and the parts of the workspace. It begins with a segment of padding and the
// padded copy; then, for each thread, where the segments of a block's rows begin, as [segment][row], and its sums as
// far as they are computed, as [row][panelWidth].
class DirectBlocks {
 public:
  DirectBlocks(int64_t outputChannels, const DirectShape& shape, const ConvPlan& plan, const SimdShape& simd);

  int64_t rows() const { return rows_; }
  int64_t rowBlocks() const { return ceilDivide(shape_.rows, rows_); }
  int64_t channelBlock() const { return channelBlock_; }
  int64_t channelBlocks() const { return channelBlocks_; }

  int64_t paddingWords() const { return roundUp(shape_.depth, kCacheLine); }
  int64_t sharedWords() const { return paddingWords() + roundUp(shape_.copiedWords, kCacheLine); }
  int64_t pointerWords() const;
  int64_t threadWords() const { return pointerWords() + rows_ * panelWidth_; }
  size_t workspaceBytes(int threads) const { return static_cast<size_t>(sharedWords() + threads * threadWords()) * 4; }

 private:
  static constexpr int64_t kCacheLine = 16;  // words

  DirectShape shape_;
  int64_t panelWidth_;
  int64_t rows_;
  int64_t channelBlock_;
  int64_t channelBlocks_;
};

}  // namespace kinetorch::kernels
