#include "native/augmentation/frame_tensors.h"

#include <ATen/ATen.h>

#include "native/augmentation/clip_values.h"

namespace kinetorch::augmentation {

at::Tensor warp(const std::vector<Affine>& affines, bool nearest, const at::Tensor& levels) {
  const int64_t clips = levels.size(0);
  const int64_t height = levels.size(3);
  const int64_t width = levels.size(4);
  const auto options = levels.options().dtype(at::kDouble);
  const at::Tensor x = at::arange(width, options).add_(0.5);
  const at::Tensor y = at::arange(height, options).add_(0.5).unsqueeze_(1);
  const auto valuesOf = [&](double Affine::*member) {
    std::vector<double> values;
    for (const Affine& affine : affines) values.push_back(affine.*member);
    return clipValues(values, 3, levels.device());
  };
  const auto sourceOf = [&](double Affine::*alongX, double Affine::*alongY, double Affine::*shift) {
    return (valuesOf(alongX) * x).add(valuesOf(alongY) * y).add_(valuesOf(shift)).sub_(0.5);
  };
  const at::Tensor sourceX = sourceOf(&Affine::xx, &Affine::xy, &Affine::x0);  // N×H×W
  const at::Tensor sourceY = sourceOf(&Affine::yx, &Affine::yy, &Affine::y0);
  if (nearest) {
    sourceX.round_();
    sourceY.round_();
  }
  const at::Tensor left = sourceX.floor();
  const at::Tensor top = sourceY.floor();
  const at::Tensor frames = levels.view({clips, -1, height * width});
  at::Tensor sum = at::zeros_like(frames);
  for (int corner = 0; corner < 4; ++corner) {
    const at::Tensor column = left + corner % 2;
    const at::Tensor row = top + corner / 2;
    const at::Tensor inside =
        column.ge(0).logical_and_(column.lt(width)).logical_and_(row.ge(0)).logical_and_(row.lt(height));
    const at::Tensor area = (1 - (sourceX - column).abs_()).mul_(1 - (sourceY - row).abs_());
    const at::Tensor weight = area.mul_(inside).to(at::kFloat).view({clips, 1, -1});
    const at::Tensor place = (row * width).add_(column).mul_(inside).to(at::kLong).view({clips, 1, -1});
    sum.add_(frames.gather(2, place.expand_as(frames)).mul_(weight));
  }
  return sum.round_().view_as(levels);
}

at::Tensor sharpen(const std::vector<double>& factors, const at::Tensor& levels) {
  const int64_t height = levels.size(3);
  const int64_t width = levels.size(4);
  if (height < 3 || width < 3) return levels;
  std::vector<float> own;
  std::vector<float> other;
  for (const double factor : factors) {
    own.push_back(static_cast<float>(factor));
    other.push_back(static_cast<float>(1 - factor));
  }
  at::Tensor sharp = levels.clone().flatten(1, 2);  // the edge stays
  const at::Tensor inner = sharp.narrow(2, 1, height - 2).narrow(3, 1, width - 2);
  const at::Tensor sums = at::avg_pool2d(sharp, {3, 3}, {1, 1}, {0, 0}, false, true, /*divisor_override=*/1);
  // Of a kernel of ones with 5 in its centre, over 13, rounded.
  const at::Tensor smooth = sums.add_(inner * 4).mul_(2).add_(13).div_(26, "floor");
  const at::Tensor blend =
      (inner * clipValues(own, 4, levels.device())).add_(smooth.mul_(clipValues(other, 4, levels.device())));
  inner.copy_(blend.clamp_(0, 255).floor_());
  return sharp.view_as(levels);
}

}  // namespace kinetorch::augmentation
