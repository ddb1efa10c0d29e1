#include "native/training/staged_step.h"

#include <utility>

#include "native/runtime/device_copy.h"
#include "native/runtime/error.h"
#include "native/training/check_clips.h"

namespace kinetorch::training {

StepSetting::StepSetting(const TrainerOptions& trainerOptions, c10::Device trainerDevice,
                         std::shared_ptr<const Objective> trainerObjective)
    : options(trainerOptions),
      device(trainerDevice),
      objective(std::move(trainerObjective)),
      stream(trainerDevice),
      upcoming_(augmentation::RandomState(trainerOptions.seed).state()) {}

void StepSetting::setUpcoming(const augmentation::RandomState::State& state) {
  const std::lock_guard<std::mutex> lock(mutex_);
  upcoming_ = state;
}

augmentation::RandomState::State StepSetting::upcoming() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return upcoming_;
}

StagedStep::StagedStep(std::shared_ptr<const StepSetting> setting, std::vector<TrainingBatch> batches)
    : setting_(std::move(setting)), bytes_(std::move(batches)) {}

void StagedStep::prepareAhead() {
  ahead_ = std::async(std::launch::async, [this] { return ahead(); });
}

void StagedStep::begin(augmentation::RandomState& random) {
  std::optional<Ahead> ahead;
  if (ahead_.valid()) ahead = ahead_.get();
  if (ahead && ahead->drawn.before == random.state()) {
    drawn_ = std::move(ahead->drawn);
    ready_ = std::move(ahead->ready);
    arrival_ = std::move(ahead->done);
  } else {
    drawn_ = draw(random.state());
  }
  random.setState(drawn_.after);
}

augmentation::PreparedBatch StagedStep::take(size_t batch) {
  if (ready_.empty()) return augment(drawn_.batches[batch]);
  if (arrival_) {
    arrival_->synchronize();
    arrival_.reset();
    for (const augmentation::PreparedBatch& each : ready_) {
      useOnCurrentStream(each.clips);
      useOnCurrentStream(each.targets);
      if (each.hidden.defined()) useOnCurrentStream(each.hidden);
    }
  }
  return std::exchange(ready_[batch], {});
}

StagedStep::Drawn StagedStep::draw(const augmentation::RandomState::State& before) const {
  if (bytes_.empty()) throw Error("ERR_INVALID_ARGUMENT", "expected one batch or more but received none");
  const TrainerOptions& options = setting_->options;
  augmentation::RandomState random(0);
  random.setState(before);
  Drawn drawn;
  drawn.before = before;
  for (const TrainingBatch& bytes : bytes_) {
    Batch batch;
    batch.clips = checkedClips(bytes, options.input);
    batch.targets = setting_->objective->targets(bytes);
    drawn.batches.push_back(std::move(batch));
  }
  for (Batch& batch : drawn.batches) {
    batch.augmentation =
        augmentation::drawAugmentation(batch.clips, batch.targets, options.augment, options.input, random);
    batch.hidden = setting_->objective->hidden(batch.clips.batch, random);
    batch.seed = random.next();
  }
  drawn.after = random.state();
  return drawn;
}

augmentation::PreparedBatch StagedStep::augment(const Batch& batch) const {
  augmentation::PreparedBatch prepared = augmentation::augmentBatch(batch.clips, batch.targets, batch.augmentation,
                                                                    setting_->options.input, setting_->device);
  prepared.hidden = toDevice(batch.hidden, setting_->device);
  return prepared;
}

std::optional<StagedStep::Ahead> StagedStep::ahead() const {
  try {
    const DeviceStream::Current current(setting_->stream);
    Ahead ahead{{}, {}, DeviceEvent(setting_->device)};
    ahead.drawn = draw(setting_->upcoming());
    for (const Batch& batch : ahead.drawn.batches) ahead.ready.push_back(augment(batch));
    setting_->stream.record(ahead.done);
    return ahead;
  } catch (...) {
    return std::nullopt;  // what is wrong with a batch begin() will say
  }
}

}  // namespace kinetorch::training
