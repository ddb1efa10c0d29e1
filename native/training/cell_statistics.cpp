#include "native/training/cell_statistics.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace kinetorch::training {
namespace {

constexpr double kEpsilon = 1e-6;

// Of N×1×T×H×W values, a number for each cell.
at::Tensor meanOfCells(const at::Tensor& values, const CellSize& cell) {
  return at::avg_pool3d(values, cell, cell, {0, 0, 0}, /*ceil_mode=*/true, /*count_include_pad=*/false);
}

// A number for each cell, to its pixels.
at::Tensor toPixels(const at::Tensor& cells, const CellSize& cell, at::IntArrayRef clip) {
  at::Tensor values = cells;
  for (int64_t i = 0; i < 3; ++i) {
    values = values.repeat_interleave(cell[static_cast<size_t>(i)], i + 2).narrow(i + 2, 0, clip[i + 2]);
  }
  return values;
}

// How many values each cell holds, 1×1×t×h×w.
at::Tensor countOfCells(const CellSize& cell, at::IntArrayRef clip, const at::TensorOptions& options) {
  at::Tensor count = at::full({1, 1, 1, 1, 1}, clip[1], options);
  for (int64_t i = 0; i < 3; ++i) {
    const int64_t size = cell[static_cast<size_t>(i)];
    at::Tensor sides = at::full({(clip[i + 2] + size - 1) / size}, size, options);
    sides[-1] -= sides.size(0) * size - clip[i + 2];
    std::vector<int64_t> shape(5, 1);
    shape[static_cast<size_t>(i) + 2] = sides.size(0);
    count = count * sides.view(shape);
  }
  return count;
}

}  // namespace

CellStatistics cellStatistics(const at::Tensor& clips, const CellSize& wanted) {
  const at::IntArrayRef sizes = clips.sizes();
  CellSize cell{};
  for (size_t i = 0; i < 3; ++i) cell[i] = std::min(wanted[i], sizes[i + 2]);
  const at::Tensor mean = toPixels(meanOfCells(clips.mean({1}, /*keepdim=*/true), cell), cell, sizes);
  const at::Tensor squares = meanOfCells((clips - mean).square().mean({1}, /*keepdim=*/true), cell);
  const at::Tensor count = countOfCells(cell, sizes, clips.options());
  const at::Tensor variance = squares * count / (count - 1).clamp_min(1);
  return {mean, toPixels((variance + kEpsilon).sqrt(), cell, sizes)};
}

at::Tensor normaliseCells(const at::Tensor& clips, const CellSize& cell) {
  const CellStatistics statistics = cellStatistics(clips, cell);
  return (clips - statistics.mean) / statistics.deviation;
}

}  // namespace kinetorch::training
