#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "native/training/trainer_options.h"

namespace kinetorch::training {

// What training makes small: the cross entropy, or for clips of several classes the binary cross entropy averaged over
// the classes. Logits and targets are float32 N×classes on one device; a target is a distribution over the classes, or
// with binary cross entropy a value from 0 to 1 for each.
class Loss {
 public:
  Loss(const LossOptions& options, int64_t numClasses, at::Device device);

  // Of the clips together, with label smoothing and class weights; a scalar to run backward from. Divided by the clips'
  // `weight` it is PyTorch's mean: CrossEntropyLoss's for hard labels, BCEWithLogitsLoss's with `weight` given.
  at::Tensor sum(const at::Tensor& logits, const at::Tensor& targets) const;

  // What the mean over these clips divides by: with class weights, cross entropy counts each clip as its class's
  // weight. Mixing clips of a batch leaves it as it is, so it is taken before, of targets on the CPU.
  double weight(const at::Tensor& targets) const;

  // The sum over the clips of the loss without smoothing and class weights.
  double plainSum(const at::Tensor& logits, const at::Tensor& targets) const;

  // Softmax, or sigmoids. N×classes.
  at::Tensor probabilities(const at::Tensor& logits) const;

  // How many clips' heaviest class has the highest logit, or how many are right in every class; an int64 scalar there.
  at::Tensor correct(const at::Tensor& logits, const at::Tensor& targets) const;

 private:
  LossKind kind_;
  double labelSmoothing_;
  int64_t numClasses_;
  at::Tensor classWeights_;  // float32, one for each class, on the device; undefined: all 1
  at::Tensor hostClassWeights_;
};

}  // namespace kinetorch::training
