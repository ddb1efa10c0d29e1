#include "native/model/inflate_kernel.h"

#include <ATen/ATen.h>

namespace kinetorch::model {

bool inflatesTo(const std::vector<int64_t>& shape, const std::vector<int64_t>& wanted) {
  return shape.size() == 4 && wanted.size() == 5 &&
         shape == std::vector<int64_t>{wanted[0], wanted[1], wanted[3], wanted[4]};
}

at::Tensor inflateKernel(const at::Tensor& kernel, int64_t frames, Inflation inflation) {
  if (inflation == Inflation::kAverage) {
    return kernel.div(static_cast<double>(frames)).unsqueeze(2).repeat({1, 1, frames, 1, 1});
  }
  at::Tensor inflated =
      at::zeros({kernel.size(0), kernel.size(1), frames, kernel.size(2), kernel.size(3)}, kernel.options());
  inflated.select(2, frames / 2).copy_(kernel);
  return inflated;
}

}  // namespace kinetorch::model
