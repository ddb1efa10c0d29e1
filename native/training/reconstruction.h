#pragma once

#include "native/training/objective.h"
#include "native/training/trainer_options.h"

namespace kinetorch::training {

// Has a network give back its own clips, without a part of them hidden: small errors on what it has seen, and large
// ones on what is new to it. The loss is the mean squared error over all pixels, as they are normalised for the
// network, so that what it gives are pixels. Clips have one target each, a 1, by which flips count.
class Reconstruction : public Objective {
 public:
  at::Tensor targets(const TrainingBatch& batch) const override;
  double weight(const at::Tensor& targets) const override;
  // One clip.
  void checkOutputs(const c10::IValue& outputs) const override;
  at::Tensor loss(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const override;
  // None beside the loss.
  NamedTensors metrics(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const override;
  EvalResult evaluate(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const override;
};

// Has a network fill in what is hidden of its clips. It predicts cells of 2 frames, each normalised by itself: of
// pixels, or of differences to the next frame, or both (Yang et al. 2022, "MotionMAE"). The loss is the mean squared
// error over what is hidden, of both the mean of the two: 1 where nothing has been learned, as the cell's mean would
// get.
class MaskedReconstruction : public Reconstruction {
 public:
  MaskedReconstruction(const MaskOptions& options, const preprocessing::InputSpec& input);

  at::Tensor hidden(int64_t clips, augmentation::RandomState& random) const override;
  std::vector<c10::IValue> inputs(const augmentation::PreparedBatch& batch) const override;
  // Pixels and differences.
  void checkOutputs(const c10::IValue& outputs) const override;
  at::Tensor loss(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const override;
  // `pixels` and `difference`: the errors that the loss is the mean of.
  NamedTensors metrics(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const override;

 private:
  struct Errors {
    at::Tensor pixels, difference;  // summed over the clips; undefined where not wanted
  };
  Errors errors(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const;

  MaskOptions options_;
  preprocessing::InputSpec input_;
};

}  // namespace kinetorch::training
