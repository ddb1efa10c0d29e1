#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "native/model/model_source.h"
#include "native/training/trainer_options.h"

namespace kinetorch {

// binding.d.ts's NativeBatch: uint8 N×T×H×W×3 and N labels.
struct TrainingBatch {
  std::vector<uint8_t> data;
  int64_t batch = 0;
  int64_t frames = 0;
  int64_t height = 0;
  int64_t width = 0;
  std::vector<int32_t> labels;
};

struct StepResult {
  double loss = 0;
  int64_t correct = 0;
  double gradNorm = 0;  // before clipping
  double runMs = 0;
};

struct EvalResult {
  double lossSum = 0;                // cross entropy without label smoothing
  std::vector<float> probabilities;  // N×classes, row-major
};

// A network in training with its optimiser and random state. For one thread at a time, best always the same one: a
// thread's first call into LibTorch gives it its own team of workers.
class Trainer {
 public:
  // Throws ERR_FILE_* and ERR_MODEL_FORMAT where the archive cannot be read, ERR_UNSUPPORTED where it holds nothing to
  // train, ERR_MODEL_FORWARD where it cannot run on a clip of `options.input`, ERR_MODEL_METADATA where it does not
  // give `options.numClasses` logits, and ERR_DEVICE.
  Trainer(const ModelSource& source, const TrainerOptions& options);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  // Random crop and flip, forward, backward, one optimiser step. Throws ERR_CLIP_SHAPE and ERR_INVALID_ARGUMENT for a
  // batch that does not fit, and ERR_TRAINING, without having stepped, where loss or gradients are not finite.
  StepResult step(const TrainingBatch& batch, double learningRate);

  // Centre crop, no gradient, batch-norm in evaluation mode.
  EvalResult evaluate(const TrainingBatch& batch);

  // The network as a TorchScript archive in evaluation mode, with `metadata` as its kinetorch.json.
  std::vector<uint8_t> serialize(const std::string& metadata) const;
  // serialize() into a file, atomically. Throws ERR_FILE_ACCESS.
  void saveModel(const std::string& path, const std::string& metadata) const;

  // Network, optimiser, random state, count of steps, and `state`, the caller's own text; atomically.
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

}  // namespace kinetorch
