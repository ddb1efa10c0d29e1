#include "native/binding/trainer_class.h"

#include <string>
#include <utility>
#include <vector>

#include "native/binding/convert.h"
#include "native/binding/environment.h"
#include "native/binding/model_file_class.h"

namespace kinetorch::binding {

namespace {

std::vector<std::string> textsOf(const Napi::Value& value) {
  const auto list = value.As<Napi::Array>();
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < list.Length(); ++i) texts.push_back(list.Get(i).As<Napi::String>().Utf8Value());
  return texts;
}

training::ObjectiveKind toObjective(const std::string& name) {
  if (name == "reconstruction") return training::ObjectiveKind::kReconstruction;
  if (name == "maskedReconstruction") return training::ObjectiveKind::kMaskedReconstruction;
  return training::ObjectiveKind::kClassification;
}

training::TrainerOptions toOptions(const Napi::Object& object) {
  training::TrainerOptions options;
  options.device = textOf(object, "device");
  options.input = toInputSpec(object.Get("input").As<Napi::Object>());
  options.numClasses = integerOf(object, "numClasses");
  options.precision = textOf(object, "precision");
  options.augment = toAugmentOptions(object.Get("augment").As<Napi::Object>());
  options.objective = toObjective(textOf(object, "objective"));
  options.mask = toMaskOptions(object.Get("mask").As<Napi::Object>());
  options.loss.kind = textOf(object, "loss") == "binaryCrossEntropy" ? training::LossKind::kBinaryCrossEntropy
                                                                     : training::LossKind::kCrossEntropy;
  options.loss.labelSmoothing = numberOf(object, "labelSmoothing");
  options.loss.classWeights = numbersOf(object.Get("classWeights"));
  options.optimizer.kind =
      textOf(object, "optimizer") == "sgd" ? training::OptimizerKind::kSgd : training::OptimizerKind::kAdamW;
  options.optimizer.momentum = numberOf(object, "momentum");
  options.optimizer.nesterov = flagOf(object, "nesterov");
  options.optimizer.beta1 = numberOf(object, "beta1");
  options.optimizer.beta2 = numberOf(object, "beta2");
  options.optimizer.epsilon = numberOf(object, "epsilon");
  options.optimizer.weightDecay = numberOf(object, "weightDecay");
  options.clipGradNorm = numberOf(object, "clipGradNorm");
  options.bodyRate = numberOf(object, "bodyRate");
  options.head = textOf(object, "head");
  options.frozen = textsOf(object.Get("frozen"));
  options.freezeBatchNorm = flagOf(object, "freezeBatchNorm");
  options.emaDecay = numberOf(object, "emaDecay");
  options.seed = static_cast<uint64_t>(integerOf(object, "seed"));
  options.threads = static_cast<int>(integerOf(object, "threads"));
  return options;
}

std::vector<training::TrainingBatch> toBatches(const Napi::Array& list) {
  std::vector<training::TrainingBatch> batches;
  for (uint32_t i = 0; i < list.Length(); ++i) batches.push_back(toTrainingBatch(list.Get(i).As<Napi::Object>()));
  return batches;
}

}  // namespace

Napi::Function TrainerClass::define(Napi::Env env) {
  return DefineClass(
      env, "NativeTrainer",
      {StaticMethod<&TrainerClass::create>("create"), InstanceAccessor<&TrainerClass::device>("device"),
       InstanceMethod<&TrainerClass::stage>("stage"), InstanceMethod<&TrainerClass::step>("step"),
       InstanceMethod<&TrainerClass::evaluate>("evaluate"), InstanceMethod<&TrainerClass::saveModel>("saveModel"),
       InstanceMethod<&TrainerClass::saveCheckpoint>("saveCheckpoint"),
       InstanceMethod<&TrainerClass::loadCheckpoint>("loadCheckpoint"),
       InstanceMethod<&TrainerClass::dispose>("dispose")});
}

TrainerClass::TrainerClass(const Napi::CallbackInfo& info) : Napi::ObjectWrap<TrainerClass>(info) {}

TrainerClass::~TrainerClass() { hosted_.abandon(Env()); }

Napi::Value TrainerClass::create(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const model::ModelFile file = ModelFileClass::fileOf(info[0]);
    const training::TrainerOptions options = toOptions(info[1].As<Napi::Object>());
    return Hosted<TrainerHost>::makeHosted(
        env, "ERR_TRAINING", [file, options] { return std::make_unique<training::Trainer>(file, options); },
        [env](const std::weak_ptr<TrainerHost>& host) -> Napi::Value {
          Napi::Object object = Environment::of(env).trainerClass.New({});
          TrainerClass* self = TrainerClass::Unwrap(object);
          self->hosted_.take(host);
          self->device_ = host.lock()->object->device();
          return object;
        });
  });
}

Napi::Value TrainerClass::device(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), device_); }

void TrainerClass::stage(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const auto host = hosted_.hostInUse();
    const auto list = info[0].As<Napi::Array>();
    host->staged = host->object->stage(toBatches(list));
    stagedBatches_ = Napi::Persistent(list.As<Napi::Object>());
  });
}

Napi::Value TrainerClass::step(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const auto host = hosted_.hostInUse();
    const auto list = info[0].As<Napi::Array>();
    const bool isStaged = host->staged && stagedBatches_.Value().StrictEquals(list);
    if (isStaged) stagedBatches_.Reset();
    auto staged = isStaged ? std::exchange(host->staged, nullptr) : host->object->stage(toBatches(list));
    const double learningRate = info[1].As<Napi::Number>().DoubleValue();
    return enqueue(
        info, [staged, learningRate](training::Trainer& trainer) { return trainer.step(*staged, learningRate); },
        [](Napi::Env env, const training::StepResult& result) -> Napi::Value {
          Napi::Object object = Napi::Object::New(env);
          object.Set("loss", result.loss);
          for (const auto& [name, sum] : result.metrics) object.Set(name, sum);
          object.Set("gradNorm", result.gradNorm);
          object.Set("stepped", Napi::Boolean::New(env, result.stepped));
          object.Set("runMs", result.runMs);
          return object;
        });
  });
}

Napi::Value TrainerClass::evaluate(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    auto batch = std::make_shared<training::TrainingBatch>(toTrainingBatch(info[0].As<Napi::Object>()));
    return enqueue(
        info, [batch](training::Trainer& trainer) { return trainer.evaluate(*batch); },
        [](Napi::Env env, const training::EvalResult& result) -> Napi::Value {
          Napi::Object object = Napi::Object::New(env);
          object.Set("lossSum", result.lossSum);
          for (const auto& [name, sum] : result.metrics) object.Set(name, sum);
          object.Set("probabilities", toFloat32Array(env, result.predictions));
          return object;
        });
  });
}

Napi::Value TrainerClass::saveModel(const Napi::CallbackInfo& info) {
  const std::string path = info[0].As<Napi::String>();
  const std::string metadata = info[1].As<Napi::String>();
  return enqueue(info, [path, metadata](training::Trainer& trainer) { trainer.saveModel(path, metadata); });
}

Napi::Value TrainerClass::saveCheckpoint(const Napi::CallbackInfo& info) {
  const std::string path = info[0].As<Napi::String>();
  const std::string state = info[1].As<Napi::String>();
  return enqueue(info, [path, state](training::Trainer& trainer) { trainer.saveCheckpoint(path, state); });
}

Napi::Value TrainerClass::loadCheckpoint(const Napi::CallbackInfo& info) {
  const std::string path = info[0].As<Napi::String>();
  return enqueue(
      info, [path](training::Trainer& trainer) { return trainer.loadCheckpoint(path); },
      [](Napi::Env env, const std::string& state) -> Napi::Value { return Napi::String::New(env, state); });
}

Napi::Value TrainerClass::dispose(const Napi::CallbackInfo& info) { return hosted_.disposeHosted(info.Env(), Value()); }

}  // namespace kinetorch::binding
