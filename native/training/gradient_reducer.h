#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace kinetorch::training {

// Note [The order of a step]
// Each batch adds its gradients to those of the batches before. When the last has, they are
//   1. reduced, once, as they are: float16's loss scale is still in them, so that what overflowed in one trainer is
//      infinite in all;
//   2. unscaled;
//   3. measured: their norm and the loss must be finite, else the step fails, or float16's scale is lowered;
//   4. clipped to the norm;
//   5. followed by the optimiser; then the average of weights follows.
// All that comes after the reduction sees reduced gradients and the reduced loss alone, and so decides alike in every
// trainer that shares them: they clip by one norm, lower their scales together, fail together and stay equal.

// Makes one step of several trainers, which run copies of one network on clips of their own.
class GradientReducer {
 public:
  virtual ~GradientReducer() = default;

  // `tensors` are the step's loss, a float64 scalar, and the gradient of each parameter that has one, float32, in an
  // order that is the same in every trainer: means over this trainer's clips. Overwrites each with the mean over all
  // trainers' clips, to which this one's belong with `weight` (Objective::weight); a mean weighted so is the same as if
  // one trainer had seen all clips. Metrics stay this trainer's own. An exception makes the step fail without a trace.
  virtual void reduce(const std::vector<at::Tensor>& tensors, double weight) = 0;
};

}  // namespace kinetorch::training
