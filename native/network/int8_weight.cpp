#include "native/network/int8_weight.h"

#include <ATen/ATen.h>

#include <vector>

namespace kinetorch::network {
namespace {

constexpr double kMost = 127;

}  // namespace

at::Tensor Int8Weight::real() const { return values.mul(step); }

Int8Weight int8WeightOf(const at::Tensor& weight) {
  const at::Tensor dense = weight.contiguous();
  std::vector<int64_t> inner(static_cast<size_t>(dense.dim() - 1));
  for (size_t i = 0; i < inner.size(); ++i) inner[i] = static_cast<int64_t>(i) + 1;
  const at::Tensor step = dense.abs().amax(inner, /*keepdim=*/true).div(kMost);
  const at::Tensor usable = step.where(step > 0, at::ones_like(step));
  return {dense.div(usable).round().clamp(-kMost, kMost).to(at::kChar), usable};
}

}  // namespace kinetorch::network
