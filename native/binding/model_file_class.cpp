#include "native/binding/model_file_class.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "native/binding/convert.h"
#include "native/binding/environment.h"
#include "native/model/profile.h"

namespace kinetorch::binding {

namespace {

Napi::Value toProfile(Napi::Env env, const model::ModelProfile& profile) {
  Napi::Array layers = Napi::Array::New(env);
  for (const model::LayerProfile& layer : profile.layers) {
    Napi::Array shape = Napi::Array::New(env);
    for (const int64_t side : layer.outputShape) shape.Set(shape.Length(), static_cast<double>(side));
    Napi::Object object = Napi::Object::New(env);
    object.Set("path", layer.path);
    object.Set("kind", layer.kind);
    object.Set("outputShape", shape);
    object.Set("parameters", static_cast<double>(layer.parameters));
    object.Set("macs", static_cast<double>(layer.macs));
    layers.Set(layers.Length(), object);
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("parameters", static_cast<double>(profile.parameters));
  object.Set("layers", layers);
  object.Set("unknownOperator", profile.unknownOperator);
  return object;
}

}  // namespace

Napi::Function ModelFileClass::define(Napi::Env env) {
  return DefineClass(
      env, "NativeModelFile",
      {StaticMethod<&ModelFileClass::open>("open"), InstanceAccessor<&ModelFileClass::format>("format"),
       InstanceAccessor<&ModelFileClass::metadata>("metadata"), InstanceMethod<&ModelFileClass::scan>("scan"),
       InstanceMethod<&ModelFileClass::buildHere>("buildHere"), InstanceMethod<&ModelFileClass::profile>("profile"),
       InstanceMethod<&ModelFileClass::withMetadata>("withMetadata"),
       InstanceMethod<&ModelFileClass::withHead>("withHead"), InstanceMethod<&ModelFileClass::close>("close")});
}

ModelFileClass::ModelFileClass(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ModelFileClass>(info) {}

model::ModelFile ModelFileClass::fileOf(const Napi::Value& value) {
  // Unwrapping another object would be undefined.
  if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(Environment::of(value.Env()).modelFileClass.Value())) {
    throw Error("ERR_INVALID_ARGUMENT", "expected a NativeModelFile");
  }
  return Unwrap(value.As<Napi::Object>())->fileInUse();
}

const model::ModelFile& ModelFileClass::fileInUse() const {
  if (!file_) throw Error("ERR_DISPOSED", "expected an open model file but this one was closed");
  return *file_;
}

Napi::Value ModelFileClass::open(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    Environment& environment = Environment::of(info.Env());
    auto source = std::make_shared<formats::FileSource>(toSource(info[0]));
    const std::string sha256 = info[1].As<Napi::String>().Utf8Value();
    return environment.runInBackground(
        info.Env(), [source, sha256] { return model::ModelFile::open(std::move(*source), sha256); },
        [&environment](Napi::Env, const model::ModelFile& file) -> Napi::Value {
          Napi::Object object = environment.modelFileClass.New({});
          Unwrap(object)->file_ = file;
          return object;
        });
  });
}

Napi::Value ModelFileClass::format(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::String::New(info.Env(), fileInUse().format()); });
}

Napi::Value ModelFileClass::metadata(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::optional<std::string>& text = fileInUse().metadata();
    if (!text) return info.Env().Null();
    return Napi::String::New(info.Env(), *text);
  });
}

Napi::Value ModelFileClass::scan(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(), [file = fileInUse()] { return file.scan(); },
            [](Napi::Env env, const std::vector<std::string>& findings) -> Napi::Value {
              return toStrings(env, findings);
            });
  });
}

void ModelFileClass::buildHere(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { file_ = fileInUse().builtHere(toCatalogueNetwork(info[0].As<Napi::Object>())); });
}

Napi::Value ModelFileClass::profile(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const std::vector<int64_t> shape = integersOf(info[0]);
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(),
            [file = fileInUse(), shape] {
              return model::profileModel(file, {shape.at(0), shape.at(1), shape.at(2)});
            },
            toProfile);
  });
}

Napi::Value ModelFileClass::withMetadata(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(),
            [file = fileInUse(), metadata = info[0].As<Napi::String>().Utf8Value(),
             isPerFrame = info[1].As<Napi::Boolean>().Value()] { return file.withMetadata(metadata, isPerFrame); },
            [](Napi::Env env, const std::vector<uint8_t>& bytes) -> Napi::Value { return toUint8Array(env, bytes); });
  });
}

Napi::Value ModelFileClass::withHead(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    return Environment::of(info.Env())
        .runInBackground(
            info.Env(),
            [file = fileInUse(), metadata = info[0].As<Napi::String>().Utf8Value(),
             head = toLinearHead(info[1].As<Napi::Object>())] { return file.withHead(metadata, head); },
            [](Napi::Env env, const std::vector<uint8_t>& bytes) -> Napi::Value { return toUint8Array(env, bytes); });
  });
}

void ModelFileClass::close(const Napi::CallbackInfo&) { file_.reset(); }

}  // namespace kinetorch::binding
