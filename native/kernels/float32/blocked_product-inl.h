// The loops around the micro-kernel that all of Winograd's algorithms share (Note [Products]).
#if defined(KINETORCH_KERNELS_FLOAT32_BLOCKED_PRODUCT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KINETORCH_KERNELS_FLOAT32_BLOCKED_PRODUCT_INL_H
#undef KINETORCH_KERNELS_FLOAT32_BLOCKED_PRODUCT_INL_H
#else
#define KINETORCH_KERNELS_FLOAT32_BLOCKED_PRODUCT_INL_H
#endif

#include <algorithm>
#include <array>
#include <utility>

#include "native/kernels/float32/conv_job.h"
#include "native/kernels/float32/epilogue-inl.h"
#include "native/kernels/float32/micro_kernel-inl.h"
#include "native/kernels/float32/product_blocks.h"
#include "native/kernels/share_out.h"
#include "native/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kinetorch::kernels::float32 {
namespace HWY_NAMESPACE {

// What one panel of weights, [depth][kPanelWidth], is multiplied with, and where the sums go.
struct ProductOperands {
  const float* rows;
  int64_t rowStride;
  const float* panel;
  int64_t depth;
  float* products;
  int64_t productStride;
  bool add;  // to what `products` holds
};

template <int kRows>
HWY_NOINLINE void multiplyRows(const ProductOperands& operands, int64_t first) {
  const Floats d;
  const float* rows[kRows];
  Vector sums[2][kRows];
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r) {
    rows[r] = operands.rows + (first + r) * operands.rowStride;
    sums[0][r] = hn::Zero(d);
    sums[1][r] = hn::Zero(d);
  }
  accumulate<Arithmetic>(rows, operands.panel, operands.depth, sums);
  float* to = operands.products + first * operands.productStride;
  HWY_UNROLL(12)
  for (int r = 0; r < kRows; ++r, to += operands.productStride) {
    if (operands.add) {
      sums[0][r] = hn::Add(sums[0][r], hn::LoadU(d, to));
      sums[1][r] = hn::Add(sums[1][r], hn::LoadU(d, to + kLanes));
    }
    hn::StoreU(sums[0][r], d, to);
    hn::StoreU(sums[1][r], d, to + kLanes);
  }
}

template <size_t... kIndex>
constexpr std::array<MicroKernel<ProductOperands>, sizeof...(kIndex)> productKernels(std::index_sequence<kIndex...>) {
  return {&multiplyRows<static_cast<int>(kIndex) + 1>...};
}

// A row of the grid.
struct Row {
  int64_t group;
  int64_t frame;
  int64_t position;
};

// `Transform` has
//   void input(Row, float* to, int64_t stride): writes the row's points, each `stride` after the one before;
//   void output(Row, const float* products, int64_t stride, int64_t channel, int64_t channels): writes those channels
//       of the row's output pixels;
//   void finish(): called by the thread that wrote some output.
template <typename Transform>
class BlockedProduct {
 public:
  BlockedProduct(const ConvJob& job, const ProductShape& shape, const Transform& transform)
      : job_(job), shape_(shape), blocks_(shape, job.plan, {kLanes, kPanelWidth, kMicroRows}), transform_(transform) {}

  void run() const {
    if (job_.plan.shareInput) {
      shareInput();
    } else {
      shareBlocks();
    }
  }

 private:
  static constexpr auto kKernels = productKernels(std::make_index_sequence<kMicroRows>());

  void shareBlocks() const {
    const int64_t scratch = blocks_.transformedFloats() + blocks_.productFloats();
    shareOut(job_.parallel, blocks_.count(), [&](int64_t index, int thread) HWY_ATTR {
      float* transformed = job_.workspace + thread * scratch;
      const RowBlock block = blocks_.block(index);
      for (int64_t row = 0; row < block.inputFrames * block.positions; ++row) transformRow(block, row, transformed);
      for (int64_t part = 0; part < blocks_.channelBlocks(); ++part) {
        multiply(block, transformed, part, transformed + blocks_.transformedFloats());
      }
    });
  }

  void shareInput() const {
    float* transformed = job_.workspace;
    float* products = transformed + blocks_.transformedFloats();
    for (int64_t index = 0; index < blocks_.count(); ++index) {
      const RowBlock block = blocks_.block(index);
      shareOut(job_.parallel, block.inputFrames * block.positions,
               [&](int64_t row, int) HWY_ATTR { transformRow(block, row, transformed); });
      shareOut(job_.parallel, blocks_.channelBlocks(), [&](int64_t part, int thread) HWY_ATTR {
        multiply(block, transformed, part, products + thread * blocks_.productFloats());
      });
    }
  }

  void transformRow(const RowBlock& block, int64_t row, float* transformed) const {
    transform_.input({block.group, block.inputFrame + row / block.positions, block.position + row % block.positions},
                     transformed + row * blocks_.rowStride(), blocks_.transformedStride());
  }

  void multiply(const RowBlock& block, const float* transformed, int64_t part, float* products) const {
    const int64_t channel = part * blocks_.channelBlock();
    const int64_t channels = std::min(blocks_.channelBlock(), shape_.outputChannels - channel);
    for (int64_t point = 0; point < shape_.points; ++point) {
      for (int64_t panel = 0; panel < channels; panel += kPanelWidth) {
        multiplyPoint(block, transformed, point, (channel + panel) / kPanelWidth,
                      products + point * blocks_.productStride() + panel);
      }
    }
    const int64_t rows = block.frames * block.positions;
    for (int64_t row = 0; row < rows; ++row) {
      transform_.output({block.group, block.frame + row / block.positions, block.position + row % block.positions},
                        products + row * blocks_.channelBlock(), blocks_.productStride(), channel, channels);
    }
    transform_.finish();
  }

  // Weights lie as [panel][point][tap][depth][kPanelWidth].
  void multiplyPoint(const RowBlock& block, const float* transformed, int64_t point, int64_t panel,
                     float* products) const {
    const int64_t reach = shape_.taps / 2;
    for (int64_t step = 0; step < shape_.taps; ++step) {
      const int64_t tap = (reach + step) % shape_.taps;  // the middle one first: it has every row
      const int64_t begin = std::max(block.frame, reach - tap);
      const int64_t end = std::min(block.frame + block.frames, shape_.frames + reach - tap);
      if (begin >= end) continue;
      ProductOperands operands;
      operands.rows = transformed + point * blocks_.transformedStride() +
                      (begin + tap - reach - block.inputFrame) * block.positions * blocks_.rowStride();
      operands.rowStride = blocks_.rowStride();
      operands.products = products + (begin - block.frame) * block.positions * blocks_.channelBlock();
      operands.productStride = blocks_.channelBlock();
      operands.panel =
          job_.weights + ((panel * shape_.points + point) * shape_.taps + tap) * shape_.depth * kPanelWidth;
      const int64_t depthBlock = evenPart(shape_.depth, kDepthBlock);
      for (int64_t depth = 0; depth < shape_.depth; depth += depthBlock) {
        operands.depth = std::min(depthBlock, shape_.depth - depth);
        operands.add = step > 0 || depth > 0;
        multiplyInParts(kKernels, operands, (end - begin) * block.positions);
        operands.rows += operands.depth;
        operands.panel += operands.depth * kPanelWidth;
      }
    }
  }

  const ConvJob& job_;
  const ProductShape& shape_;
  const ProductBlocks blocks_;
  const Transform& transform_;
};

}  // namespace HWY_NAMESPACE
}  // namespace kinetorch::kernels::float32
HWY_AFTER_NAMESPACE();

#endif
