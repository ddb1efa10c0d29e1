#include "native/binding/quantizer_class.h"

#include <memory>
#include <string>
#include <vector>

#include "native/binding/convert.h"
#include "native/binding/environment.h"
#include "native/binding/model_file_class.h"

namespace kinetorch::binding {

namespace {

using quantisation::Quantizer;

quantisation::QuantizerOptions toOptions(const Napi::Object& object) {
  quantisation::QuantizerOptions options;
  options.input = toInputSpec(object.Get("input").As<Napi::Object>());
  options.numClasses = integerOf(object, "numClasses");
  options.threads = static_cast<int>(integerOf(object, "threads"));
  return options;
}

quantisation::RangeMethod toMethod(const std::string& name) {
  if (name == "min-max") return quantisation::RangeMethod::kMinMax;
  if (name == "percentile") return quantisation::RangeMethod::kPercentile;
  if (name == "mse") return quantisation::RangeMethod::kSquaredError;
  throw Error("ERR_INVALID_ARGUMENT", "unknown method \"" + name + "\"");
}

// Shared, as work that is queued is copied.
std::shared_ptr<Quantizer::Clips> toClips(const Napi::Array& list) {
  auto clips = std::make_shared<Quantizer::Clips>();
  for (uint32_t i = 0; i < list.Length(); ++i) clips->push_back(toFrames(list.Get(i).As<Napi::Object>()));
  return clips;
}

Napi::Value toRange(Napi::Env env, const quantisation::Range& range) {
  return toNumbers(env, std::vector<double>{range.min, range.max});
}

}  // namespace

Napi::Function QuantizerClass::define(Napi::Env env) {
  return DefineClass(
      env, "NativeQuantizer",
      {StaticMethod<&QuantizerClass::create>("create"), InstanceAccessor<&QuantizerClass::layers>("layers"),
       InstanceMethod<&QuantizerClass::observe>("observe"), InstanceMethod<&QuantizerClass::setMethod>("setMethod"),
       InstanceMethod<&QuantizerClass::logits>("logits"), InstanceMethod<&QuantizerClass::correctBias>("correctBias"),
       InstanceMethod<&QuantizerClass::ranges>("ranges"), InstanceMethod<&QuantizerClass::save>("save"),
       InstanceMethod<&QuantizerClass::dispose>("dispose")});
}

QuantizerClass::QuantizerClass(const Napi::CallbackInfo& info) : Napi::ObjectWrap<QuantizerClass>(info) {}

QuantizerClass::~QuantizerClass() { hosted_.abandon(Env()); }

Napi::Value QuantizerClass::create(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const model::ModelFile file = ModelFileClass::fileOf(info[0]);
    const quantisation::QuantizerOptions options = toOptions(info[1].As<Napi::Object>());
    return Hosted<QuantizerHost>::makeHosted(
        env, "ERR_MODEL_FORWARD", [file, options] { return std::make_unique<Quantizer>(file, options); },
        [env](const std::weak_ptr<QuantizerHost>& host) -> Napi::Value {
          Napi::Object object = Environment::of(env).quantizerClass.New({});
          QuantizerClass* self = QuantizerClass::Unwrap(object);
          self->hosted_.take(host);
          self->layers_ = host.lock()->object->layers();
          return object;
        });
  });
}

Napi::Value QuantizerClass::layers(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Array list = Napi::Array::New(env);
  for (const quantisation::LayerInfo& layer : layers_) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("name", layer.name);
    object.Set("multiplications", static_cast<double>(layer.multiplications));
    list.Set(list.Length(), object);
  }
  return list;
}

Napi::Value QuantizerClass::observe(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const auto clips = toClips(info[0].As<Napi::Array>());
    return enqueue(info, [clips](Quantizer& quantizer) { quantizer.observe(*clips); });
  });
}

Napi::Value QuantizerClass::setMethod(const Napi::CallbackInfo& info) {
  const std::string method = info[0].As<Napi::String>();
  return enqueue(info, [method](Quantizer& quantizer) { quantizer.setMethod(toMethod(method)); });
}

Napi::Value QuantizerClass::logits(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const auto clips = toClips(info[0].As<Napi::Array>());
    const std::vector<uint8_t> int8 = toBytes(info[1]);
    return enqueue(
        info, [clips, int8](Quantizer& quantizer) { return quantizer.logits(*clips, int8); },
        [](Napi::Env env, const std::vector<float>& logits) -> Napi::Value { return toFloat32Array(env, logits); });
  });
}

Napi::Value QuantizerClass::correctBias(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const auto clips = toClips(info[0].As<Napi::Array>());
    const std::vector<uint8_t> int8 = toBytes(info[1]);
    return enqueue(info, [clips, int8](Quantizer& quantizer) { quantizer.correctBias(*clips, int8); });
  });
}

Napi::Value QuantizerClass::ranges(const Napi::CallbackInfo& info) {
  return enqueue(
      info, [](const Quantizer& quantizer) { return quantizer.ranges(); },
      [](Napi::Env env, const std::vector<quantisation::LayerRanges>& ranges) -> Napi::Value {
        Napi::Array list = Napi::Array::New(env);
        for (const quantisation::LayerRanges& each : ranges) {
          Napi::Object object = Napi::Object::New(env);
          object.Set("input", toRange(env, each.input));
          object.Set("residual", each.residual ? toRange(env, *each.residual) : env.Null());
          list.Set(list.Length(), object);
        }
        return list;
      });
}

Napi::Value QuantizerClass::save(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const std::string path = info[0].As<Napi::String>();
    const std::vector<uint8_t> int8 = toBytes(info[1]);
    const std::string metadata = info[2].As<Napi::String>();
    return enqueue(info, [path, int8, metadata](const Quantizer& quantizer) { quantizer.save(path, int8, metadata); });
  });
}

Napi::Value QuantizerClass::dispose(const Napi::CallbackInfo& info) {
  return hosted_.disposeHosted(info.Env(), Value());
}

}  // namespace kinetorch::binding
