#include "native/augmentation/batch_mix.h"

#include <ATen/Functions.h>

namespace kinetorch::augmentation {

at::Tensor mixTargets(const at::Tensor& targets, const BatchMix& mix) {
  return at::mul(targets, mix.own).add_(at::roll(targets, {1}, {0}), 1 - mix.own);
}

}  // namespace kinetorch::augmentation
