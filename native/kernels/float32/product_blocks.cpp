#include "native/kernels/float32/product_blocks.h"

#include <algorithm>

namespace kinetorch::kernels::float32 {
namespace {

constexpr int64_t kCacheLine = 16;  // floats

// Rows of one point follow those of another at this distance. Points are written and read together, and would all fall
// into one set of the first-level cache if they lay a power of two apart.
int64_t spread(int64_t floats) { return roundUp(floats, kCacheLine) + kCacheLine; }

}  // namespace

ProductShape productShape(const ConvLayer& layer, ConvAlgorithm algorithm, const ClipSize& input) {
  const ClipSize output = outputSize(layer, input);
  ProductShape shape;
  shape.outputChannels = layer.outputChannels;
  shape.depth = layer.inputChannels;
  const int64_t tile = algorithm == ConvAlgorithm::kWinograd4 ? 4 : 2;  // outputs along each axis
  if (isTemporal(layer)) {
    shape.points = tile + layer.kernel[0] - 1;
    shape.positions = output.batch * ceilDivide(output.frames, tile) * output.height * output.width;
    return shape;
  }
  shape.points = (tile + 2) * (tile + 2);
  shape.taps = layer.kernel[0];
  shape.positions = ceilDivide(output.height, tile) * ceilDivide(output.width, tile);
  if (shape.taps == 1) {
    shape.positions *= output.batch * output.frames;
  } else {
    shape.groups = output.batch;
    shape.frames = output.frames;
  }
  return shape;
}

ProductBlocks::ProductBlocks(const ProductShape& shape, const ConvPlan& plan, const SimdShape& simd) : shape_(shape) {
  const int64_t rows = std::max<int64_t>(1, plan.tileRows);
  // As many frames as possible, because those of the neighbours are transformed anew by each block, but positions for
  // whole micro-kernels.
  const int64_t most = std::max(rows / shape.frames, std::min(rows, simd.rows));
  // Blocks of even size, in whole micro-kernels: a last block of one row would read all weights for it.
  const int64_t even = evenPart(shape.positions, most);
  positions_ = std::min({shape.positions, most, roundUp(even, simd.rows)});
  frames_ = std::clamp<int64_t>(rows / positions_, 1, shape.frames);
  frameBlocks_ = ceilDivide(shape.frames, frames_);
  positionBlocks_ = ceilDivide(shape.positions, positions_);

  const int64_t paddedChannels = roundUp(shape.outputChannels, simd.panelWidth);
  channelBlock_ = std::min(paddedChannels, roundUp(std::max<int64_t>(1, plan.channelBlock), simd.panelWidth));

  rowStride_ = roundUp(shape.depth, simd.lanes);
  const int64_t inputFrames = std::min(shape.frames, frames_ + shape.taps - 1);
  transformedStride_ = spread(inputFrames * positions_ * rowStride_);
  productStride_ = spread(frames_ * positions_ * channelBlock_);
}

RowBlock ProductBlocks::block(int64_t index) const {
  RowBlock block;
  block.position = index % positionBlocks_ * positions_;
  block.positions = std::min(positions_, shape_.positions - block.position);
  index /= positionBlocks_;
  block.frame = index % frameBlocks_ * frames_;
  block.frames = std::min(frames_, shape_.frames - block.frame);
  block.group = index / frameBlocks_;
  const int64_t reach = shape_.taps / 2;
  block.inputFrame = std::max<int64_t>(0, block.frame - reach);
  block.inputFrames = std::min(shape_.frames, block.frame + block.frames + reach) - block.inputFrame;
  return block;
}

}  // namespace kinetorch::kernels::float32
