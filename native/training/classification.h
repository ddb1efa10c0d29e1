#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "native/training/objective.h"
#include "native/training/trainer_options.h"

namespace kinetorch::training {

// float32 N×classes of what forward returned. Throws ERR_MODEL_FORWARD where that is not one tensor.
at::Tensor logitsOf(const c10::IValue& outputs);

// Makes the cross entropy small, or for clips of several classes the binary cross entropy averaged over the classes.
// Outputs are one tensor of N×classes logits; a target is a distribution over the classes, or with binary cross entropy
// a value from 0 to 1 for each.
class Classification : public Objective {
 public:
  Classification(const LossOptions& options, int64_t numClasses, at::Device device);

  // One-hot rows of labels, or with binary cross entropy the batch's own targets. N×classes.
  at::Tensor targets(const TrainingBatch& batch) const override;

  // With class weights, cross entropy counts each clip as its class's weight.
  double weight(const at::Tensor& targets) const override;

  // A row of logits, one for each class.
  void checkOutputs(const c10::IValue& outputs) const override;

  // With label smoothing and class weights. The mean is PyTorch's: CrossEntropyLoss's for hard labels,
  // BCEWithLogitsLoss's with `weight` given.
  at::Tensor loss(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const override;

  // `correct`: how many clips' heaviest class has the highest logit, or how many are right in every class.
  NamedTensors metrics(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const override;

  // The loss without smoothing and class weights; softmax, or sigmoids, N×classes.
  EvalResult evaluate(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const override;

 private:
  at::Tensor ofLabels(const TrainingBatch& batch) const;
  at::Tensor ofTargets(const TrainingBatch& batch) const;

  LossKind kind_;
  double labelSmoothing_;
  int64_t numClasses_;
  at::Tensor classWeights_;  // float32, one for each class, on the device; undefined: all 1
  at::Tensor hostClassWeights_;
};

}  // namespace kinetorch::training
