#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <memory>
#include <vector>

#include "native/augmentation/augment_batch.h"
#include "native/augmentation/random_state.h"
#include "native/training/network_state.h"
#include "native/training/trainer_options.h"
#include "native/training/training_batch.h"
#include "native/training/training_results.h"

namespace kinetorch::training {

// What a network is trained for: what it is to say of a batch, how far from that it is, and what of it is reported. The
// trainer knows nothing else of its task. For any thread.
//
// `outputs` are whatever the network's forward returned for the batch's clips, on the device and perhaps in half
// precision. Losses and metrics are computed from them and the whole batch, its clips too: a target may be the input
// itself, or what another network says of it.
class Objective {
 public:
  virtual ~Objective() = default;

  // What is known of a batch before it is augmented: float32 on the CPU, a row for each clip. Where clips are mixed, so
  // are their rows. Flips by class take the columns for the classes. Throws ERR_INVALID_ARGUMENT for a batch that does
  // not fit.
  virtual at::Tensor targets(const TrainingBatch& batch) const = 0;

  // Which pixels the network is not to see, drawn for each clip from the run's generator: bool N×H×W on the CPU, in all
  // frames alike; undefined where it sees all.
  virtual at::Tensor hidden(int64_t /*clips*/, augmentation::RandomState& /*random*/) const { return {}; }

  // What the network's forward is given.
  virtual std::vector<c10::IValue> inputs(const augmentation::PreparedBatch& batch) const { return {batch.clips}; }

  // What the mean over these clips divides by, of their targets as targets() gave them.
  virtual double weight(const at::Tensor& targets) const = 0;

  // Throws ERR_MODEL_FORWARD, or ERR_MODEL_METADATA, where a network that gives these outputs for one clip, 1×3×T×H×W,
  // cannot be trained for this.
  virtual void checkOutputs(const c10::IValue& outputs) const = 0;

  // Summed over the clips, a scalar to run backward from; divided by their weight it is the mean.
  virtual at::Tensor loss(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const = 0;

  // What else a step reports: scalars on the device, summed over the clips, the same names in the same order each time.
  virtual NamedTensors metrics(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const = 0;

  // What is reported of clips that are not learnt from, beside the metrics; waits for the device.
  virtual EvalResult evaluate(const c10::IValue& outputs, const augmentation::PreparedBatch& batch) const = 0;
};

// The one that the options ask for. Throws ERR_INVALID_ARGUMENT where they contradict each other.
std::shared_ptr<const Objective> makeObjective(const TrainerOptions& options, at::Device device);

}  // namespace kinetorch::training
