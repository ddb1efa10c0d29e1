#include "native/training/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <chrono>
#include <cmath>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "native/model/module_io.h"
#include "native/preprocessing/augment.h"
#include "native/runtime/atomic_file.h"
#include "native/runtime/device.h"
#include "native/runtime/error.h"
#include "native/runtime/runtime_info.h"
#include "native/training/checkpoint.h"
#include "native/training/optimizer.h"

namespace kinetorch {
namespace {

// Note [Training runs the graph as it is]
// The profiling executor rewrites a graph after its first runs, so step 3 of a fresh run and step 3 of a resumed one
// could round differently. Without it TorchScript runs operator by operator, as eager PyTorch does: the same numbers at
// every step, no pause for compiling, and no speed lost, since all time is spent inside the convolutions.
using PlainExecution = torch::jit::GraphOptimizerEnabledGuard;

at::Tensor contiguousWeight(const at::Tensor& weight, at::MemoryFormat format) {
  return weight.dim() == 5 ? weight.contiguous(format) : weight.contiguous();
}

void checkSize(const char* name, int64_t actual, int64_t expected, bool orMore) {
  if (actual == expected || (orMore && actual > expected)) return;
  throw Error("ERR_CLIP_SHAPE", "expected clips of " + std::to_string(expected) + (orMore ? " or more " : " ") + name +
                                    " but received " + std::to_string(actual));
}

std::string textOf(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace

struct Trainer::Impl {
  Impl(const ModelSource& source, const TrainerOptions& trainerOptions)
      : options(trainerOptions),
        device(resolveDevice(options.device)),
        module(loadModule(source)),
        random(options.seed) {
    at::set_num_threads(options.threads > 0 ? options.threads : defaultThreads());
    preparePlacement();
    checkForward();
    std::vector<at::Tensor> parameters;
    for (const at::Tensor& parameter : module.parameters()) parameters.push_back(parameter);
    optimizer = std::make_unique<Optimizer>(std::move(parameters), options.optimizer);
  }

  // NDHWC is what oneDNN is fast at: a step of 16 clips takes 1.7 times as long in NCDHW for r2plus1d_dw, 1.5 times for
  // ir_csn_26. On one thread below 16 clips LibTorch avoids oneDNN for some layers, and the two are about level.
  void preparePlacement() {
    if (!module.find_method("forward")) {
      throw Error("ERR_MODEL_FORWARD", "expected a TorchScript module with a forward method but this one has none");
    }
    if (module.parameters().size() == 0) {
      throw Error("ERR_UNSUPPORTED", "expected a model with parameters to train but this one has none; was it frozen?");
    }
    try {
      module.to(device, at::kFloat);
      module.train();
      training = true;
    } catch (...) {
      throw currentError("ERR_UNSUPPORTED");
    }
    for (at::Tensor parameter : module.parameters()) {
      parameter.set_data(contiguousWeight(parameter, at::MemoryFormat::ChannelsLast3d));
      parameter.set_requires_grad(true);
    }
  }

  void checkForward() {
    at::NoGradGuard noGrad;
    setTraining(false);
    const at::Tensor zeros =
        at::zeros({1, 3, options.input.frames, options.input.height, options.input.width}, at::device(device));
    const at::Tensor logits = forward(zeros.contiguous(at::MemoryFormat::ChannelsLast3d));
    if (logits.dim() != 2 || logits.size(0) != 1) {
      std::ostringstream shape;
      shape << logits.sizes();
      throw Error("ERR_MODEL_FORWARD",
                  "expected logits of shape [1, classes] for one clip but the model gave " + shape.str());
    }
    if (logits.size(1) != options.numClasses) {
      throw Error("ERR_MODEL_METADATA", "expected a model of " + std::to_string(options.numClasses) +
                                            " classes but this one gives " + std::to_string(logits.size(1)));
    }
  }

  void setTraining(bool on) {
    if (training == on) return;
    module.train(on);
    training = on;
  }

  // Logits, float32 N×classes.
  at::Tensor forward(const at::Tensor& clips) {
    PlainExecution plain(false);
    try {
      const c10::IValue out = module.forward({clips});
      if (!out.isTensor()) {
        throw Error("ERR_MODEL_FORWARD",
                    "expected forward to return one tensor but it returned " + out.type()->annotation_str());
      }
      return out.toTensor().to(at::kFloat);
    } catch (...) {
      throw currentError("ERR_MODEL_FORWARD");
    }
  }

  ClipBatch checkedClips(const TrainingBatch& batch) const {
    checkSize("frames", batch.frames, options.input.frames, false);
    checkSize("rows", batch.height, options.input.height, true);
    checkSize("columns", batch.width, options.input.width, true);
    const int64_t bytes = batch.batch * batch.frames * batch.height * batch.width * 3;
    if (batch.batch < 1 || static_cast<int64_t>(batch.data.size()) != bytes) {
      throw Error("ERR_CLIP_SHAPE", "expected a batch of " + std::to_string(bytes) + " bytes but received " +
                                        std::to_string(batch.data.size()));
    }
    return {batch.data.data(), batch.batch, batch.frames, batch.height, batch.width};
  }

  at::Tensor checkedLabels(const TrainingBatch& batch) const {
    if (static_cast<int64_t>(batch.labels.size()) != batch.batch) {
      throw Error("ERR_INVALID_ARGUMENT", "expected one label a clip, " + std::to_string(batch.batch) +
                                              ", but received " + std::to_string(batch.labels.size()));
    }
    at::Tensor labels = at::empty({batch.batch}, at::kLong);
    for (size_t index = 0; index < batch.labels.size(); ++index) {
      const int64_t label = batch.labels[index];
      if (label < 0 || label >= options.numClasses) {
        throw Error("ERR_INVALID_ARGUMENT", "expected labels from 0 to " + std::to_string(options.numClasses - 1) +
                                                " but received " + std::to_string(label));
      }
      labels.data_ptr<int64_t>()[index] = label;
    }
    return labels.to(device);
  }

  [[noreturn]] void notFinite(const char* what, double value, double learningRate) const {
    throw Error("ERR_TRAINING", "expected a finite " + std::string(what) + " but it is " + textOf(value) + " at step " +
                                    std::to_string(steps + 1) + " with learning rate " + textOf(learningRate) +
                                    "; a lower learning rate or `clipGradNorm` may help");
  }

  StepResult step(const TrainingBatch& batch, double learningRate) {
    const auto start = std::chrono::steady_clock::now();
    const ClipBatch clips = checkedClips(batch);
    const at::Tensor labels = checkedLabels(batch);
    const auto crops = randomCrops(clips, options.input, options.horizontalFlip, random);
    // Layers that draw numbers, such as dropout, use LibTorch's own generator: seeded for every step, they are repeated
    // exactly by a run that goes on from a checkpoint.
    at::manual_seed(random.next());

    at::AutoGradMode gradients(true);
    setTraining(true);
    optimizer->clearGradients();
    const at::Tensor logits = forward(prepareBatch(clips, crops, options.input, device));
    const at::Tensor loss =
        at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -100, options.labelSmoothing);
    StepResult result;
    result.loss = loss.item<double>();
    if (!std::isfinite(result.loss)) notFinite("loss", result.loss, learningRate);
    {
      PlainExecution plain(false);
      loss.backward();
    }
    result.gradNorm = clipGradients(parameterList(), options.clipGradNorm);
    if (!std::isfinite(result.gradNorm)) notFinite("gradient norm", result.gradNorm, learningRate);
    optimizer->step(learningRate);
    optimizer->clearGradients();
    ++steps;

    result.correct = logits.argmax(1).eq(labels).sum().item<int64_t>();
    result.runMs = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return result;
  }

  EvalResult evaluate(const TrainingBatch& batch) {
    const ClipBatch clips = checkedClips(batch);
    const at::Tensor labels = checkedLabels(batch);
    at::NoGradGuard noGrad;
    setTraining(false);
    const at::Tensor logits = forward(prepareBatch(clips, centreCrops(clips, options.input), options.input, device));
    EvalResult result;
    result.lossSum = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum).item<double>();
    const at::Tensor probabilities = logits.softmax(1).cpu().contiguous();
    const float* values = probabilities.const_data_ptr<float>();
    result.probabilities.assign(values, values + probabilities.numel());
    return result;
  }

  std::vector<at::Tensor> parameterList() const {
    std::vector<at::Tensor> parameters;
    for (const at::Tensor& parameter : module.parameters()) parameters.push_back(parameter);
    return parameters;
  }

  std::vector<uint8_t> serialize(const std::string& metadata) const {
    at::NoGradGuard noGrad;
    torch::jit::Module copy = module.deepcopy();
    copy.to(at::kCPU);
    copy.eval();
    for (at::Tensor parameter : copy.parameters()) {
      parameter.set_data(parameter.contiguous());
      parameter.set_requires_grad(true);  // deepcopy loses it; whoever loads this may train on
    }
    return serializeModule(copy, metadata);
  }

  // The live tensors that a checkpoint holds, by name.
  std::vector<std::pair<std::string, at::Tensor>> liveTensors() const {
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (const auto& parameter : module.named_parameters()) tensors.emplace_back(parameter.name, parameter.value);
    for (const auto& buffer : module.named_buffers()) tensors.emplace_back(buffer.name, buffer.value);
    const std::vector<at::Tensor> state = optimizer->state();
    for (size_t index = 0; index < state.size(); ++index) {
      tensors.emplace_back("optimizer/" + std::to_string(index), state[index]);
    }
    return tensors;
  }

  void saveCheckpoint(const std::string& path, const std::string& state) const {
    Checkpoint checkpoint;
    for (const auto& [name, tensor] : liveTensors()) {
      checkpoint.tensors.emplace_back(name, tensor.detach().cpu().contiguous());
    }
    checkpoint.random = random.state();
    checkpoint.steps = steps;
    checkpoint.callerState = state;
    writeCheckpoint(path, checkpoint);
  }

  std::string loadCheckpoint(const std::string& path) {
    Checkpoint checkpoint = readCheckpoint(path);
    std::unordered_map<std::string, at::Tensor> saved(checkpoint.tensors.begin(), checkpoint.tensors.end());
    const auto live = liveTensors();
    checkFits(path, saved, live);
    at::NoGradGuard noGrad;
    for (const auto& [name, tensor] : live) tensor.copy_(saved.at(name));
    random.setState(checkpoint.random);
    steps = checkpoint.steps;
    return checkpoint.callerState;
  }

  static void checkFits(const std::string& path, const std::unordered_map<std::string, at::Tensor>& saved,
                        const std::vector<std::pair<std::string, at::Tensor>>& live) {
    const std::string expected = "expected the checkpoint " + path + " to be of this network and optimiser but ";
    for (const auto& [name, tensor] : live) {
      const auto found = saved.find(name);
      if (found == saved.end()) throw Error("ERR_WEIGHTS", expected + "it has no " + name);
      if (found->second.sizes() != tensor.sizes() || found->second.scalar_type() != tensor.scalar_type()) {
        throw Error("ERR_WEIGHTS", expected + name + " has another shape or type in it");
      }
    }
    if (saved.size() != live.size()) {
      throw Error("ERR_WEIGHTS", expected + "it holds " + std::to_string(saved.size()) + " tensors, not " +
                                     std::to_string(live.size()));
    }
  }

  TrainerOptions options;
  at::Device device;
  torch::jit::Module module;
  RandomState random;
  std::unique_ptr<Optimizer> optimizer;
  int64_t steps = 0;  // taken so far
  bool training = false;
};

Trainer::Trainer(const ModelSource& source, const TrainerOptions& options)
    : impl_(std::make_unique<Impl>(source, options)) {}
Trainer::~Trainer() = default;

StepResult Trainer::step(const TrainingBatch& batch, double learningRate) { return impl_->step(batch, learningRate); }

EvalResult Trainer::evaluate(const TrainingBatch& batch) { return impl_->evaluate(batch); }

std::vector<uint8_t> Trainer::serialize(const std::string& metadata) const { return impl_->serialize(metadata); }

void Trainer::saveModel(const std::string& path, const std::string& metadata) const {
  const std::vector<uint8_t> bytes = serialize(metadata);
  writeFileAtomically(path, bytes.data(), bytes.size());
}

void Trainer::saveCheckpoint(const std::string& path, const std::string& state) const {
  impl_->saveCheckpoint(path, state);
}

std::string Trainer::loadCheckpoint(const std::string& path) { return impl_->loadCheckpoint(path); }

std::string Trainer::device() const { return deviceName(impl_->device); }

}  // namespace kinetorch
