#include "native/training/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <cmath>
#include <optional>
#include <sstream>
#include <utility>

#include "native/augmentation/augment_batch.h"
#include "native/model/module_io.h"
#include "native/preprocessing/preprocess_batch.h"
#include "native/runtime/atomic_file.h"
#include "native/runtime/block_cache.h"
#include "native/runtime/cudnn_settings.h"
#include "native/runtime/device.h"
#include "native/runtime/device_copy.h"
#include "native/runtime/error.h"
#include "native/runtime/runtime_info.h"
#include "native/training/check_batch.h"
#include "native/training/checkpoint.h"
#include "native/training/forward.h"
#include "native/training/loss.h"
#include "native/training/loss_scaler.h"
#include "native/training/network_state.h"
#include "native/training/optimizer.h"
#include "native/training/parameter_groups.h"
#include "native/training/staged_step.h"
#include "native/training/weight_average.h"

namespace kinetorch::training {
namespace {

std::string textOf(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

void checkFinite(const NamedTensors& tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.is_floating_point() || tensor.isfinite().all().item<bool>()) continue;
    throw Error("ERR_TRAINING",
                "expected finite numbers to save but " + name + " holds NaN or Inf; nothing was written");
  }
}

// What a step learns from the device, added up there: it is read once, since every reading waits for the device.
struct StepSums {
  at::Tensor loss;  // float64 scalars
  at::Tensor correct;

  explicit StepSums(at::Device device)
      : loss(at::zeros({}, at::device(device).dtype(at::kDouble))), correct(at::zeros_like(loss)) {}
};

}  // namespace

struct Trainer::Impl {
  Impl(const formats::FileSource& source, const TrainerOptions& trainerOptions)
      : options(trainerOptions),
        device(resolveDevice(options.device)),
        precision(resolvePrecision(options.precision, device)),
        network(model::loadModule(source)),
        loss(options.loss, options.numClasses, device),
        scaler(precision == at::kHalf),
        random(options.seed),
        setting(std::make_shared<StepSetting>(options, device)) {
    at::set_num_threads(options.threads > 0 ? options.threads : defaultThreads());
    configureCudnn(device, precision);
    placeForTraining(network, device);
    checkForward(network, options.input, options.numClasses, device, precision);
    fixedNorms = freezeParts(network, options);
    optimizer = std::make_unique<Optimizer>(parameterGroups(network, options), options.optimizer);
    buffers = std::make_unique<BufferSnapshot>(network);
    if (options.emaDecay > 0) average.emplace(network, options.emaDecay);
  }

  void setTraining(bool on) {
    network.train(on);
    for (torch::jit::Module& norm : fixedNorms) norm.eval();
  }

  std::shared_ptr<StagedStep> stage(std::vector<TrainingBatch> batches) const {
    auto staged = std::make_shared<StagedStep>(setting, std::move(batches));
    // On a CPU it would only take the threads away from the step that runs.
    if (!device.is_cpu()) staged->prepareAhead();
    return staged;
  }

  StepResult step(StagedStep& staged, double learningRate) {
    const auto start = std::chrono::steady_clock::now();
    StepResult result;
    const augmentation::RandomState::State before = random.state();
    buffers->take();
    try {
      staged.begin(random);
      setting->setUpcoming(random.state());
      double weight = 0;
      for (size_t batch = 0; batch < staged.batches(); ++batch) weight += loss.weight(staged.targets(batch));
      StepSums sums(device);
      for (size_t batch = 0; batch < staged.batches(); ++batch) accumulate(staged, batch, weight, sums);
      update(sums, learningRate, result);
    } catch (...) {
      random.setState(before);
      setting->setUpcoming(before);
      buffers->restore();
      optimizer->clearGradients();
      throw;
    }
    blocks.endStep();
    result.runMs = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return result;
  }

  // Adds a batch's share of the mean loss, and its gradients.
  void accumulate(StagedStep& staged, size_t index, double weight, StepSums& sums) {
    const augmentation::PreparedBatch batch = staged.take(index);
    // Layers that draw numbers, such as dropout, use LibTorch's own generator: seeded for every batch, they are
    // repeated exactly by a run that goes on from a checkpoint.
    at::manual_seed(staged.seed(index));
    at::AutoGradMode gradients(true);
    setTraining(true);
    const at::Tensor logits = forwardLogits(network, batch.clips, precision);
    const at::Tensor share = loss.sum(logits, batch.targets) / weight;
    backward(scaler.scale() == 1 ? share : share * scaler.scale());
    at::NoGradGuard noGrad;
    sums.loss.add_(share);
    sums.correct.add_(loss.correct(logits, batch.targets));
  }

  // Waits for the device, before anything has changed, and takes the step if all is well. The device is then still busy
  // with it while the caller begins the next one.
  void update(const StepSums& sums, double learningRate, StepResult& result) {
    const std::vector<at::Tensor> parameters = optimizer->parameters();
    scaleGradients(parameters, 1 / scaler.scale());
    const at::Tensor numbers = at::stack({sums.loss, sums.correct, gradientNorm(parameters)}).cpu();
    result.loss = numbers[0].item<double>();
    result.correct = static_cast<int64_t>(numbers[1].item<double>());
    result.gradNorm = numbers[2].item<double>();
    if (!std::isfinite(result.loss)) fail("loss", result.loss, learningRate);
    if (std::isfinite(result.gradNorm)) {
      if (options.clipGradNorm > 0 && result.gradNorm > options.clipGradNorm) {
        scaleGradients(parameters, options.clipGradNorm / result.gradNorm);
      }
      optimizer->step(learningRate);
      if (average) average->update(steps);
      ++steps;
      scaler.grow();
    } else if (scaler.backOff()) {
      buffers->restore();
      result.gradNorm = 0;
      result.stepped = false;
    } else {
      fail("gradient norm", result.gradNorm, learningRate);
    }
    optimizer->clearGradients();
  }

  [[noreturn]] void fail(const char* what, double value, double learningRate) const {
    throw Error("ERR_TRAINING", "expected a finite " + std::string(what) + " but it is " + textOf(value) + " at step " +
                                    std::to_string(steps + 1) + " with learning rate " + textOf(learningRate) +
                                    "; a lower learning rate or `clipGradNorm` may help");
  }

  EvalResult evaluate(const TrainingBatch& batch) {
    const preprocessing::ClipBatch clips = checkedClips(batch, options.input);
    const at::Tensor targets = toDevice(checkedTargets(batch, options.loss.kind, options.numClasses), device);
    at::NoGradGuard noGrad;
    if (!average) setTraining(false);
    const at::Tensor input = preprocessing::preprocessBatch(clips, options.input, device);
    const at::Tensor logits = forwardLogits(average ? average->network() : network, input, precision);
    EvalResult result;
    result.lossSum = loss.plainSum(logits, targets);
    const at::Tensor probabilities = loss.probabilities(logits).cpu().contiguous();
    const float* values = probabilities.const_data_ptr<float>();
    result.probabilities.assign(values, values + probabilities.numel());
    blocks.endStep();
    return result;
  }

  const torch::jit::Module& result() const { return average ? average->network() : network; }

  std::vector<uint8_t> serialize(const std::string& metadata) const {
    at::NoGradGuard noGrad;
    torch::jit::Module copy = result().deepcopy();
    copy.to(at::kCPU);
    copy.eval();
    for (at::Tensor parameter : copy.parameters()) {
      parameter.set_data(parameter.contiguous());
      parameter.set_requires_grad(true);  // deepcopy loses it; whoever loads this may train on
    }
    return model::serializeModule(copy, metadata);
  }

  // The live tensors that a checkpoint holds, each under a name of its own.
  NamedTensors liveTensors() const {
    NamedTensors tensors = stateOf(network);
    if (average) {
      for (const auto& [name, tensor] : stateOf(average->network())) tensors.emplace_back("average/" + name, tensor);
    }
    const std::vector<at::Tensor> state = optimizer->state();
    for (size_t index = 0; index < state.size(); ++index) {
      tensors.emplace_back("optimizer/" + std::to_string(index), state[index]);
    }
    return tensors;
  }

  void saveCheckpoint(const std::string& path, const std::string& state) const {
    Checkpoint checkpoint;
    const NamedTensors live = liveTensors();
    checkFinite(live);
    for (const auto& [name, tensor] : live) {
      checkpoint.tensors.emplace_back(name, tensor.detach().cpu().contiguous());
    }
    checkpoint.random = random.state();
    checkpoint.scaler = scaler.state();
    checkpoint.steps = steps;
    checkpoint.callerState = state;
    writeCheckpoint(path, checkpoint);
  }

  std::string loadCheckpoint(const std::string& path) {
    const Checkpoint checkpoint = readCheckpoint(path);
    restoreTensors(path, checkpoint.tensors, liveTensors());
    random.setState(checkpoint.random);
    setting->setUpcoming(checkpoint.random);
    scaler.setState(checkpoint.scaler);
    steps = checkpoint.steps;
    return checkpoint.callerState;
  }

  KeptBlocks blocks;
  TrainerOptions options;
  at::Device device;
  at::ScalarType precision;
  torch::jit::Module network;
  Loss loss;
  LossScaler scaler;
  augmentation::RandomState random;
  std::shared_ptr<StepSetting> setting;
  std::vector<torch::jit::Module> fixedNorms;  // in evaluation mode throughout
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<BufferSnapshot> buffers;
  std::optional<WeightAverage> average;
  int64_t steps = 0;  // taken so far
};

Trainer::Trainer(const formats::FileSource& source, const TrainerOptions& options)
    : impl_(std::make_unique<Impl>(source, options)) {}
Trainer::~Trainer() = default;

std::shared_ptr<StagedStep> Trainer::stage(std::vector<TrainingBatch> batches) const {
  return impl_->stage(std::move(batches));
}

StepResult Trainer::step(StagedStep& staged, double learningRate) { return impl_->step(staged, learningRate); }

StepResult Trainer::step(std::vector<TrainingBatch> batches, double learningRate) {
  return step(*stage(std::move(batches)), learningRate);
}

EvalResult Trainer::evaluate(const TrainingBatch& batch) { return impl_->evaluate(batch); }

std::vector<uint8_t> Trainer::serialize(const std::string& metadata) const { return impl_->serialize(metadata); }

void Trainer::saveModel(const std::string& path, const std::string& metadata) const {
  checkFinite(stateOf(impl_->result()));
  const std::vector<uint8_t> bytes = serialize(metadata);
  writeFileAtomically(path, bytes.data(), bytes.size());
}

void Trainer::saveCheckpoint(const std::string& path, const std::string& state) const {
  impl_->saveCheckpoint(path, state);
}

std::string Trainer::loadCheckpoint(const std::string& path) { return impl_->loadCheckpoint(path); }

std::string Trainer::device() const { return deviceName(impl_->device); }

}  // namespace kinetorch::training
