#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "native/model/model_file.h"
#include "native/training/trainer_options.h"
#include "native/training/training_batch.h"
#include "native/training/training_results.h"

namespace kinetorch::training {

// Batches of a step on their way to the device; see native/training/staged_step.h.
class StagedStep;

// What a trainer learns for, and how its gradients become those of several; both are of this room.
class Objective;
class GradientReducer;

// What a trainer is given beside its options.
struct TrainerParts {
  std::shared_ptr<const Objective> objective;  // none: makeObjective()'s
  std::shared_ptr<GradientReducer> reducer;    // none: one trainer alone
};

// A network in training with its optimiser, average of weights and random state. For one thread at a time, best always
// the same one: a thread's first call into LibTorch gives it its own team of workers.
class Trainer {
 public:
  // Throws ERR_MODEL_FORMAT where the file holds no network, ERR_UNSUPPORTED where it holds nothing to train,
  // ERR_MODEL_FORWARD where it cannot run on a clip of `options.input`, that or ERR_MODEL_METADATA where what it gives
  // is not what the objective wants, such as a logit for each of `options.numClasses`, ERR_INVALID_ARGUMENT where
  // options do not fit the network, and ERR_DEVICE.
  Trainer(const model::ModelFile& file, const TrainerOptions& options, TrainerParts parts = {});
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  // Takes the batches of a step to come, from any thread. Where the device is not the CPU they are copied to it and
  // augmented there while the present step runs.
  std::shared_ptr<StagedStep> stage(std::vector<TrainingBatch> batches) const;

  // Augments, runs forward and backward over each batch in turn, and takes one optimiser step along the mean gradient
  // of all their clips (Note [The order of a step] of gradient_reducer.h). Throws ERR_CLIP_SHAPE and
  // ERR_INVALID_ARGUMENT for a batch that does not fit, ERR_TRAINING where loss or gradients are not finite, and
  // ERR_OUT_OF_MEMORY; then everything, the random state too, is as it was before. A staged step can be taken once.
  StepResult step(StagedStep& staged, double learningRate);
  StepResult step(std::vector<TrainingBatch> batches, double learningRate);

  // Centre crop, no gradient, batch norm in evaluation mode, the averaged weights where there are some.
  EvalResult evaluate(const TrainingBatch& batch);

  // The network, with averaged weights where there are some, as a TorchScript archive in evaluation mode, with
  // `metadata` as its kinetorch.json.
  std::vector<uint8_t> serialize(const std::string& metadata) const;
  // serialize() into a file, atomically. Throws ERR_FILE_ACCESS, and ERR_TRAINING where a weight is not finite.
  void saveModel(const std::string& path, const std::string& metadata) const;

  // Network, average, optimiser, loss scale, random state, count of steps, and `state`, the caller's own text;
  // atomically. Throws ERR_FILE_ACCESS, and ERR_TRAINING where a number is not finite.
  void saveCheckpoint(const std::string& path, const std::string& state) const;
  // Restores all of it and returns `state`. Training goes on as if it had never stopped. Throws ERR_FILE_*, and
  // ERR_WEIGHTS where the file is damaged or was written for another network or optimiser; then nothing has changed.
  std::string loadCheckpoint(const std::string& path);

  // For example 'cpu' or 'cuda:0'.
  std::string device() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kinetorch::training
