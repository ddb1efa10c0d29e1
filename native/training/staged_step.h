#pragma once

#include <ATen/core/Tensor.h>

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "native/augmentation/augment_batch.h"
#include "native/runtime/device_stream.h"
#include "native/training/objective.h"
#include "native/training/trainer_options.h"
#include "native/training/training_batch.h"

namespace kinetorch::training {

// What the steps of a trainer have in common. For any thread.
class StepSetting {
 public:
  StepSetting(const TrainerOptions& trainerOptions, c10::Device trainerDevice,
              std::shared_ptr<const Objective> trainerObjective);

  const TrainerOptions options;
  const c10::Device device;
  const std::shared_ptr<const Objective> objective;
  const DeviceStream stream;  // for what is prepared ahead

  // The random state that the next step will begin with, unless the present one fails.
  void setUpcoming(const augmentation::RandomState::State& state);
  augmentation::RandomState::State upcoming() const;

 private:
  mutable std::mutex mutex_;
  augmentation::RandomState::State upcoming_;
};

// The batches of one step on their way to the network.
//
// Note [Preparing ahead]
// A step's random numbers belong to it: they begin where those of the last step that succeeded ended, so that a step
// that fails leaves no trace and a checkpoint says how to go on. What is prepared while the step before still runs
// therefore takes the random state which that step will leave if all goes well, and is used if the state then is that
// one. If it is not, or the device had no memory to spare at the time, the batches are prepared again.
class StagedStep {
 public:
  StagedStep(std::shared_ptr<const StepSetting> setting, std::vector<TrainingBatch> batches);

  // Begins to copy the batches to the device and to augment them there, on a thread and a stream of their own.
  void prepareAhead();

  // Draws the step's random numbers. Throws ERR_CLIP_SHAPE and ERR_INVALID_ARGUMENT for a batch that does not fit.
  void begin(augmentation::RandomState& random);

  // From here on after begin().
  size_t batches() const { return drawn_.batches.size(); }
  // As the objective gave them, before mixing.
  const at::Tensor& targets(size_t batch) const { return drawn_.batches[batch].targets; }
  // For the layers that draw numbers, such as dropout.
  uint64_t seed(size_t batch) const { return drawn_.batches[batch].seed; }
  // Gives the batch away, ready for the device's current stream.
  augmentation::PreparedBatch take(size_t batch);

 private:
  struct Batch {
    preprocessing::ClipBatch clips;
    at::Tensor targets;
    augmentation::Augmentation augmentation;
    at::Tensor hidden;
    uint64_t seed = 0;
  };
  struct Drawn {
    augmentation::RandomState::State before;
    augmentation::RandomState::State after;
    std::vector<Batch> batches;
  };
  struct Ahead {
    Drawn drawn;
    std::vector<augmentation::PreparedBatch> ready;
    DeviceEvent done;
  };

  Drawn draw(const augmentation::RandomState::State& before) const;
  augmentation::PreparedBatch augment(const Batch& batch) const;
  std::optional<Ahead> ahead() const;

  std::shared_ptr<const StepSetting> setting_;
  std::vector<TrainingBatch> bytes_;
  Drawn drawn_;
  std::vector<augmentation::PreparedBatch> ready_;
  std::optional<DeviceEvent> arrival_;       // of what is ready, until it has been waited for
  std::future<std::optional<Ahead>> ahead_;  // the last member: its destructor waits for the thread
};

}  // namespace kinetorch::training
