#include "native/training/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <cmath>
#include <sstream>
#include <utility>

#include "native/preprocessing/preprocess_batch.h"
#include "native/runtime/atomic_file.h"
#include "native/runtime/block_cache.h"
#include "native/runtime/cudnn_settings.h"
#include "native/runtime/device.h"
#include "native/runtime/device_copy.h"
#include "native/runtime/error.h"
#include "native/runtime/runtime_info.h"
#include "native/training/check_clips.h"
#include "native/training/convolution_backward.h"
#include "native/training/export_network.h"
#include "native/training/forward.h"
#include "native/training/gradient_reducer.h"
#include "native/training/objective.h"
#include "native/training/parameter_groups.h"
#include "native/training/staged_step.h"
#include "native/training/step_sums.h"
#include "native/training/training_state.h"

namespace kinetorch::training {
namespace {

std::string textOf(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace

struct Trainer::Impl {
  Impl(const model::ModelFile& file, const TrainerOptions& trainerOptions, TrainerParts parts)
      : options(trainerOptions),
        device(resolveDevice(options.device)),
        precision(resolvePrecision(options.precision, device)),
        state{file.module(), {}, {}, augmentation::RandomState(options.seed), LossScaler(precision == at::kHalf)},
        objective(parts.objective ? std::move(parts.objective) : makeObjective(options, device)),
        reducer(std::move(parts.reducer)),
        setting(std::make_shared<StepSetting>(options, device, objective)) {
    at::set_num_threads(options.threads > 0 ? options.threads : defaultThreads());
    configureCudnn(device, precision);
    mendConvolutionBackward();
    placeForTraining(state.network, device);
    checkForward(state.network, options.input, *objective, device, precision);
    fixedNorms = freezeParts(state.network, options);
    state.optimizer = std::make_unique<Optimizer>(parameterGroups(state.network, options), options.optimizer);
    parameters = state.optimizer->parameters();
    buffers = std::make_unique<BufferSnapshot>(state.network);
    if (options.emaDecay > 0) state.average.emplace(state.network, options.emaDecay);
  }

  std::shared_ptr<StagedStep> stage(std::vector<TrainingBatch> batches) const {
    auto staged = std::make_shared<StagedStep>(setting, std::move(batches));
    // On a CPU it would only take the threads away from the step that runs.
    if (!device.is_cpu()) staged->prepareAhead();
    return staged;
  }

  // See Note [The order of a step].
  StepResult step(StagedStep& staged, double learningRate) {
    const auto start = std::chrono::steady_clock::now();
    const augmentation::RandomState::State before = state.random.state();
    buffers->take();
    StepResult result;
    try {
      staged.begin(state.random);
      setting->setUpcoming(state.random.state());
      const double weight = weightOf(staged);
      StepSums sums(device);
      for (size_t batch = 0; batch < staged.batches(); ++batch) accumulate(staged, batch, weight, sums);
      if (reducer) reduce(sums, weight);
      result = check(sums, learningRate);
      if (result.stepped) {
        update(result.gradNorm, learningRate);
      } else {
        buffers->restore();
      }
      state.optimizer->clearGradients();
    } catch (...) {
      state.random.setState(before);
      setting->setUpcoming(before);
      buffers->restore();
      state.optimizer->clearGradients();
      throw;
    }
    blocks.endStep();
    result.runMs = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return result;
  }

  double weightOf(const StagedStep& staged) const {
    double weight = 0;
    for (size_t batch = 0; batch < staged.batches(); ++batch) weight += objective->weight(staged.targets(batch));
    return weight;
  }

  // Adds a batch's share of the mean loss, and its gradients.
  void accumulate(StagedStep& staged, size_t index, double weight, StepSums& sums) {
    const augmentation::PreparedBatch batch = staged.take(index);
    // Layers that draw numbers, such as dropout, use LibTorch's own generator: seeded for every batch, they are
    // repeated exactly by a run that goes on from a checkpoint.
    at::manual_seed(staged.seed(index));
    at::AutoGradMode gradients(true);
    setTraining(true);
    const c10::IValue outputs = forward(state.network, objective->inputs(batch), device, precision);
    const at::Tensor share = objective->loss(outputs, batch) / weight;
    const double scale = state.scaler.scale();
    backward(scale == 1 ? share : share * scale);
    at::NoGradGuard noGrad;
    sums.add(share, objective->metrics(outputs, batch));
  }

  void reduce(const StepSums& sums, double weight) {
    at::NoGradGuard noGrad;
    std::vector<at::Tensor> tensors = gradientsOf(parameters);
    tensors.insert(tensors.begin(), sums.loss());
    reducer->reduce(tensors, weight);
  }

  // Waits for the device, before anything has changed, and says whether the step may be taken.
  StepResult check(const StepSums& sums, double learningRate) {
    scaleGradients(parameters, 1 / state.scaler.scale());
    StepResult result = sums.read(gradientNorm(parameters));
    if (!std::isfinite(result.loss)) fail("loss", result.loss, learningRate);
    if (std::isfinite(result.gradNorm)) return result;
    if (!state.scaler.backOff()) fail("gradient norm", result.gradNorm, learningRate);
    result.gradNorm = 0;
    result.stepped = false;
    return result;
  }

  // The device is still busy with it while the caller begins the next one.
  void update(double gradNorm, double learningRate) {
    if (options.clipGradNorm > 0 && gradNorm > options.clipGradNorm) {
      scaleGradients(parameters, options.clipGradNorm / gradNorm);
    }
    state.optimizer->step(learningRate);
    if (state.average) state.average->update(state.steps);
    ++state.steps;
    state.scaler.grow();
  }

  [[noreturn]] void fail(const char* what, double value, double learningRate) const {
    throw Error("ERR_TRAINING", "expected a finite " + std::string(what) + " but it is " + textOf(value) + " at step " +
                                    std::to_string(state.steps + 1) + " with learning rate " + textOf(learningRate) +
                                    "; a lower learning rate or `clipGradNorm` may help");
  }

  EvalResult evaluate(const TrainingBatch& batch) {
    const preprocessing::ClipBatch clips = checkedClips(batch, options.input);
    const at::Tensor targets = toDevice(objective->targets(batch), device);
    at::NoGradGuard noGrad;
    if (!state.average) setTraining(false);
    // The same places each time, so that evaluations compare.
    augmentation::RandomState random(options.seed);
    const augmentation::PreparedBatch prepared{preprocessing::preprocessBatch(clips, options.input, device), targets,
                                               toDevice(objective->hidden(batch.batch, random), device)};
    torch::jit::Module network = state.result();
    const c10::IValue outputs = forward(network, objective->inputs(prepared), device, precision);
    EvalResult result = objective->evaluate(outputs, prepared);
    for (const auto& [name, sum] : objective->metrics(outputs, prepared)) {
      result.metrics.emplace_back(name, sum.item<double>());
    }
    blocks.endStep();
    return result;
  }

  void setTraining(bool on) {
    state.network.train(on);
    for (torch::jit::Module& norm : fixedNorms) norm.eval();
  }

  std::string loadCheckpoint(const std::string& path) {
    const std::string callerState = state.loadCheckpoint(path);
    setting->setUpcoming(state.random.state());
    return callerState;
  }

  KeptBlocks blocks;
  TrainerOptions options;
  at::Device device;
  at::ScalarType precision;
  TrainingState state;
  std::shared_ptr<const Objective> objective;
  std::shared_ptr<GradientReducer> reducer;  // none where this trainer is alone
  std::shared_ptr<StepSetting> setting;
  std::vector<torch::jit::Module> fixedNorms;  // in evaluation mode throughout
  std::vector<at::Tensor> parameters;          // that are trained
  std::unique_ptr<BufferSnapshot> buffers;
};

Trainer::Trainer(const model::ModelFile& file, const TrainerOptions& options, TrainerParts parts)
    : impl_(std::make_unique<Impl>(file, options, std::move(parts))) {}
Trainer::~Trainer() = default;

std::shared_ptr<StagedStep> Trainer::stage(std::vector<TrainingBatch> batches) const {
  return impl_->stage(std::move(batches));
}

StepResult Trainer::step(StagedStep& staged, double learningRate) { return impl_->step(staged, learningRate); }

StepResult Trainer::step(std::vector<TrainingBatch> batches, double learningRate) {
  return step(*stage(std::move(batches)), learningRate);
}

EvalResult Trainer::evaluate(const TrainingBatch& batch) { return impl_->evaluate(batch); }

std::vector<uint8_t> Trainer::serialize(const std::string& metadata) const {
  return exportNetwork(impl_->state.result(), metadata);
}

void Trainer::saveModel(const std::string& path, const std::string& metadata) const {
  checkFinite(stateOf(impl_->state.result()));
  const std::vector<uint8_t> bytes = serialize(metadata);
  writeFileAtomically(path, bytes.data(), bytes.size());
}

void Trainer::saveCheckpoint(const std::string& path, const std::string& state) const {
  impl_->state.saveCheckpoint(path, state);
}

std::string Trainer::loadCheckpoint(const std::string& path) { return impl_->loadCheckpoint(path); }

std::string Trainer::device() const { return deviceName(impl_->device); }

}  // namespace kinetorch::training
