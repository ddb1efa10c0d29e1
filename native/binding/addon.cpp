#include <napi.h>

#include <memory>
#include <utility>

#include "native/architectures/catalog.h"
#include "native/binding/convert.h"
#include "native/binding/environment.h"
#include "native/binding/model_class.h"
#include "native/binding/model_file_class.h"
#include "native/binding/quantizer_class.h"
#include "native/binding/trainer_class.h"
#include "native/model/create_model.h"
#include "native/model/open_weights.h"
#include "native/preprocessing/resize_clip.h"
#include "native/runtime/runtime_info.h"
#include "native/training/augment_clips.h"
#include "native/training/fit_linear.h"
#include "native/training/reconstruct_clips.h"

// Registers binding.d.ts, name by name.

namespace kinetorch::binding {

namespace {

Napi::Value getRuntimeInfo(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const RuntimeInfo runtime = runtimeInfo();
  Napi::Object object = Napi::Object::New(env);
  object.Set("torchVersion", runtime.torchVersion);
  object.Set("cpuCapability", runtime.cpuCapability);
  object.Set("threads", runtime.threads);
  object.Set("cudaDevices", toStrings(env, runtime.cudaDevices));
  object.Set("cudaReason", runtime.cudaReason);
  object.Set("cudaLibraryReason", runtime.cudaLibraryReason);
  return object;
}

Napi::Value getArchitectures(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Array list = Napi::Array::New(env);
  for (const architectures::ArchitectureInfo& architecture : architectures::architectures()) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("name", architecture.name);
    object.Set("family", architecture.family);
    object.Set("frames", static_cast<double>(architecture.frames));
    object.Set("height", static_cast<double>(architecture.height));
    object.Set("width", static_cast<double>(architecture.width));
    object.Set("stages", toStrings(env, architecture.parts.stages));
    object.Set("head", architecture.parts.head);
    object.Set("spatialStride", static_cast<double>(architecture.spatialStride));
    list.Set(list.Length(), object);
  }
  return list;
}

Napi::Value create(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const auto object = info[0].As<Napi::Object>();
    auto options = std::make_shared<model::CreateOptions>();
    options->architecture = textOf(object, "architecture");
    options->numClasses = integerOf(object, "numClasses");
    options->seed = static_cast<uint64_t>(integerOf(object, "seed"));
    options->frameCnn = toFrameCnn(object.Get("frameCnn").As<Napi::Object>());
    options->metadata = textOf(object, "metadata");
    options->weights = toSources(object.Get("weights"));
    options->newHead = flagOf(object, "newHead");
    options->inflation = textOf(object, "inflate") == "centre" ? model::Inflation::kCentre : model::Inflation::kAverage;
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(), [options] { return model::createModel(std::move(*options)); },
            [](Napi::Env env, const std::vector<uint8_t>& bytes) -> Napi::Value { return toUint8Array(env, bytes); });
  });
}

Napi::Value fit(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    auto vectors = std::make_shared<training::LabelledVectors>(toLabelledVectors(info[0].As<Napi::Object>()));
    const double weightDecay = info[1].As<Napi::Number>();
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(), [vectors, weightDecay] { return training::fitLinear(*vectors, weightDecay); },
            [](Napi::Env env, const model::LinearHead& head) -> Napi::Value {
              Napi::Object object = Napi::Object::New(env);
              object.Set("weight", toFloat32Array(env, head.weight));
              object.Set("bias", toFloat32Array(env, head.bias));
              return object;
            });
  });
}

Napi::Value createReconstruction(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const auto object = info[0].As<Napi::Object>();
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(),
            [architecture = textOf(object, "architecture"), masked = flagOf(object, "masked"),
             seed = static_cast<uint64_t>(integerOf(object, "seed")), metadata = textOf(object, "metadata")] {
              return model::createReconstruction(architecture, masked, seed, metadata);
            },
            [](Napi::Env env, const std::vector<uint8_t>& bytes) -> Napi::Value { return toUint8Array(env, bytes); });
  });
}

Napi::Value getWeightNaming(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    auto weights = std::make_shared<std::vector<formats::FileSource>>(toSources(info[0]));
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(), [weights] { return model::namingOfWeights(std::move(*weights)); },
            [](Napi::Env env, const std::string& name) -> Napi::Value { return Napi::String::New(env, name); });
  });
}

Napi::Value resize(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    auto clip = std::make_shared<preprocessing::Clip>(toClip(info[0].As<Napi::Object>()));
    const std::vector<int64_t> size = integersOf(info[1]);
    const bool antialias = info[2].As<Napi::Boolean>();
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(), [clip, size, antialias] { return preprocessing::resizeClip(*clip, size, antialias); },
            [](Napi::Env env, const preprocessing::Clip& resized) -> Napi::Value {
              Napi::Object object = Napi::Object::New(env);
              object.Set("data", toUint8Array(env, resized.bytes));
              object.Set("frames", static_cast<double>(resized.frames));
              object.Set("height", static_cast<double>(resized.height));
              object.Set("width", static_cast<double>(resized.width));
              return object;
            });
  });
}

Napi::Value augment(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    auto batch = std::make_shared<training::TrainingBatch>(toTrainingBatch(info[0].As<Napi::Object>()));
    const auto object = info[1].As<Napi::Object>();
    const augmentation::AugmentOptions options = toAugmentOptions(object.Get("augment").As<Napi::Object>());
    const preprocessing::InputSpec input = toInputSpec(object.Get("input").As<Napi::Object>());
    const int64_t numClasses = integerOf(object, "numClasses");
    const auto seed = static_cast<uint64_t>(integerOf(object, "seed"));
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(), [=] { return training::augmentClips(*batch, options, input, numClasses, seed); },
            [](Napi::Env env, const training::AugmentedClips& clips) -> Napi::Value {
              Napi::Object result = Napi::Object::New(env);
              result.Set("data", toUint8Array(env, clips.data));
              result.Set("targets", toFloat32Array(env, clips.targets));
              return result;
            });
  });
}

Napi::Value reconstruct(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const model::ModelFile file = ModelFileClass::fileOf(info[0]);
    auto batch = std::make_shared<training::TrainingBatch>(toTrainingBatch(info[1].As<Napi::Object>()));
    const auto object = info[2].As<Napi::Object>();
    const preprocessing::InputSpec input = toInputSpec(object.Get("input").As<Napi::Object>());
    const training::MaskOptions mask = toMaskOptions(object.Get("mask").As<Napi::Object>());
    const auto seed = static_cast<uint64_t>(integerOf(object, "seed"));
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(), [=] { return training::reconstructClips(file, *batch, input, mask, seed); },
            [](Napi::Env env, const training::ReconstructedClips& clips) -> Napi::Value {
              Napi::Object result = Napi::Object::New(env);
              result.Set("original", toUint8Array(env, clips.original));
              result.Set("seen", toUint8Array(env, clips.seen));
              result.Set("reconstructed", toUint8Array(env, clips.reconstructed));
              return result;
            });
  });
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  initialiseRuntime();
  env.SetInstanceData(new Environment(env));
  Environment& environment = Environment::of(env);
  environment.modelFileClass = Napi::Persistent(ModelFileClass::define(env));
  environment.modelClass = Napi::Persistent(ModelClass::define(env));
  environment.trainerClass = Napi::Persistent(TrainerClass::define(env));
  environment.quantizerClass = Napi::Persistent(QuantizerClass::define(env));
  exports.Set("runtimeInfo", Napi::Function::New<getRuntimeInfo>(env, "runtimeInfo"));
  exports.Set("architectures", Napi::Function::New<getArchitectures>(env, "architectures"));
  exports.Set("createModel", Napi::Function::New<create>(env, "createModel"));
  exports.Set("fitLinear", Napi::Function::New<fit>(env, "fitLinear"));
  exports.Set("createReconstruction", Napi::Function::New<createReconstruction>(env, "createReconstruction"));
  exports.Set("weightNaming", Napi::Function::New<getWeightNaming>(env, "weightNaming"));
  exports.Set("resizeClip", Napi::Function::New<resize>(env, "resizeClip"));
  exports.Set("augmentClips", Napi::Function::New<augment>(env, "augmentClips"));
  exports.Set("reconstructClips", Napi::Function::New<reconstruct>(env, "reconstructClips"));
  exports.Set("NativeModelFile", environment.modelFileClass.Value());
  exports.Set("NativeModel", environment.modelClass.Value());
  exports.Set("NativeTrainer", environment.trainerClass.Value());
  exports.Set("NativeQuantizer", environment.quantizerClass.Value());
  return exports;
}

}  // namespace

NODE_API_MODULE(kinetorch, initialise)

}  // namespace kinetorch::binding
