#pragma once

#include "native/kernels/conv.h"
#include "native/kernels/float32/simd_shape.h"
#include "native/kernels/rounding.h"

namespace kinetorch::kernels::float32 {

// Note [Products]
// Every row of the input (a tile) is transformed into `points` vectors of `depth` floats; for each point a matrix of
// rows is multiplied by a matrix of weights; each row of the results is transformed into output pixels.
//
// Rows lie on a grid of groups × frames × positions. Where a kernel's temporal taps are summed in the transformed
// domain, a row's result is the sum over the taps of its neighbours in time: a block then transforms its frames and one
// more on either side once, and every tap is the same matrix some frames further on.
struct ProductShape {
  int64_t points = 0;  // 36 for F(4×4, 3×3)
  int64_t taps = 1;    // 1 or 3
  int64_t depth = 0;
  int64_t outputChannels = 0;
  int64_t groups = 1;
  int64_t frames = 1;
  int64_t positions = 0;
};

// For Winograd's algorithms. `points` etc. do not depend on the size; the grid does.
ProductShape productShape(const ConvLayer& layer, ConvAlgorithm algorithm, const ClipSize& input);

inline bool isTemporal(const ConvLayer& layer) { return layer.kernel[1] == 1 && layer.kernel[2] == 1; }

// The rows of one step.
struct RowBlock {
  int64_t group;
  int64_t frame;  // first
  int64_t frames;
  int64_t position;  // first
  int64_t positions;
  int64_t inputFrame;  // the block's frames and their neighbours in time, as far as they exist
  int64_t inputFrames;
};

// A plan applied to a grid: the blocks, and where their parts lie in scratch memory.
class ProductBlocks {
 public:
  ProductBlocks(const ProductShape& shape, const ConvPlan& plan, const SimdShape& simd);

  int64_t count() const { return shape_.groups * frameBlocks_ * positionBlocks_; }
  RowBlock block(int64_t index) const;

  int64_t channelBlock() const { return channelBlock_; }
  int64_t channelBlocks() const { return (shape_.outputChannels + channelBlock_ - 1) / channelBlock_; }

  // Transformed rows: [point][frame][position][depth].
  int64_t rowStride() const { return rowStride_; }
  int64_t transformedStride() const { return transformedStride_; }
  int64_t transformedFloats() const { return shape_.points * transformedStride_; }

  // Products: [point][frame][position][channelBlock].
  int64_t productStride() const { return productStride_; }
  int64_t productFloats() const { return shape_.points * productStride_; }

 private:
  ProductShape shape_;
  int64_t frames_;
  int64_t positions_;
  int64_t frameBlocks_;
  int64_t positionBlocks_;
  int64_t channelBlock_;
  int64_t rowStride_;
  int64_t transformedStride_;
  int64_t productStride_;
};

}  // namespace kinetorch::kernels::float32
