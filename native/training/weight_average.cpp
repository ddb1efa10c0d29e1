#include "native/training/weight_average.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "native/training/network_state.h"

namespace kinetorch::training {

WeightAverage::WeightAverage(const torch::jit::Module& network, double decay)
    : decay_(decay), network_(network.deepcopy()) {
  network_.eval();
  const auto from = stateOf(network);
  const auto to = stateOf(network_);
  for (size_t index = 0; index < from.size(); ++index) {
    const at::Tensor& tensor = from[index].second;
    to[index].second.set_requires_grad(false);
    (tensor.is_floating_point() ? averagedFrom_ : copiedFrom_).push_back(tensor);
    (tensor.is_floating_point() ? averaged_ : copied_).push_back(to[index].second);
  }
}

void WeightAverage::update(int64_t earlier) {
  at::NoGradGuard noGrad;
  const auto steps = static_cast<double>(earlier);
  const double decay = std::min(decay_, (1 + steps) / (10 + steps));
  at::_foreach_lerp_(averaged_, averagedFrom_, 1 - decay);
  if (!copied_.empty()) at::_foreach_copy_(copied_, copiedFrom_);
}

}  // namespace kinetorch::training
