#include "native/binding/model_class.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "native/binding/convert.h"
#include "native/binding/environment.h"
#include "native/binding/model_file_class.h"

namespace kinetorch::binding {

namespace {

// What a network may give for each class.
constexpr char kLogits[] = "logits";
constexpr char kProbabilities[] = "probabilities";

network::Optimization toOptimization(const std::string& name) {
  static const std::map<std::string, network::Optimization> levels{{"off", network::Optimization::kOff},
                                                                   {"exact", network::Optimization::kExact},
                                                                   {"fast", network::Optimization::kFast}};
  const auto found = levels.find(name);
  if (found == levels.end()) throw Error("ERR_INVALID_ARGUMENT", "unknown optimize \"" + name + "\"");
  return found->second;
}

network::ValueRange toRange(const Napi::Value& value) {
  const std::vector<double> ends = numbersOf(value);
  return {ends.at(0), ends.at(1)};
}

network::NetworkQuantisation toQuantisation(const Napi::Value& value) {
  network::NetworkQuantisation layers;
  if (!value.IsArray()) return layers;
  const auto list = value.As<Napi::Array>();
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const auto object = list.Get(i).As<Napi::Object>();
    network::LayerQuantisation& layer = layers.emplace_back();
    layer.isInt8 = flagOf(object, "int8");
    layer.input = toRange(object.Get("input"));
    const Napi::Value residual = object.Get("residual");
    if (residual.IsArray()) layer.residual = toRange(residual);
  }
  return layers;
}

engine::ClassifierOptions toOptions(const Napi::Object& object) {
  engine::ClassifierOptions options;
  options.devices = {textOf(object, "device")};
  options.precision = textOf(object, "precision");
  options.input = toInputSpec(object.Get("input").As<Napi::Object>());
  options.numClasses = integerOf(object, "numClasses");
  const std::string task = textOf(object, "task");
  options.isMultiLabel = task == "multilabel";
  if (task == "reconstruct") options.purpose = network::Purpose::kReconstruct;
  const std::string output = textOf(object, "output");
  if (!output.empty()) options.givesProbabilities = output == kProbabilities;
  options.maxBatchSize = integerOf(object, "maxBatchSize");
  options.maxDelayMs = numberOf(object, "maxDelayMs");
  options.maxQueue = integerOf(object, "maxQueue");
  options.threads = static_cast<int>(integerOf(object, "threads"));
  options.memoryLimit = integerOf(object, "memoryLimit");
  options.optimize.level = toOptimization(textOf(object, "optimize"));
  options.optimize.measureMs = numberOf(object, "measureMs");
  options.optimize.maxWeightBytes = integerOf(object, "maxWeightBytes");
  options.optimize.planFolder = textOf(object, "planFolder");
  options.optimize.maxBatchSize = options.maxBatchSize;
  options.optimize.quantisation = toQuantisation(object.Get("quantization"));
  return options;
}

explanation::MapRequest toMapRequest(const Napi::Object& object) {
  explanation::MapRequest request;
  const std::string method = textOf(object, "method");
  const auto known = std::find_if(explanation::kMapMethods.begin(), explanation::kMapMethods.end(),
                                  [&](const explanation::MapMethodInfo& info) { return method == info.name; });
  if (known == explanation::kMapMethods.end()) {
    throw Error("ERR_INVALID_ARGUMENT", "unknown method \"" + method + "\"");
  }
  request.method = known->method;
  request.layer = textOf(object, "layer");
  const int64_t label = integerOf(object, "label");
  if (label >= 0) request.label = label;
  return request;
}

engine::Wanted toWanted(const Napi::Value& names, const Napi::Value& topK, const Napi::Value& map) {
  engine::Wanted wanted;
  const auto list = names.As<Napi::Array>();
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const std::string name = list.Get(i).As<Napi::String>().Utf8Value();
    const auto output = network::outputNamed(name);
    if (!output) throw Error("ERR_INVALID_ARGUMENT", "unknown output \"" + name + "\"");
    wanted.outputs.add(*output);
  }
  wanted.topK = topK.As<Napi::Number>().Int64Value();
  if (!map.IsNull()) wanted.map = toMapRequest(map.As<Napi::Object>());
  return wanted;
}

// Frames, or a tensor of one clip or several.
std::vector<engine::RequestInput> toInputs(const Napi::Object& object) {
  std::vector<engine::RequestInput> inputs;
  if (object.Has("channels")) {
    for (preprocessing::ClipTensor& tensor : toClipTensors(object)) inputs.emplace_back(std::move(tensor));
  } else {
    inputs.emplace_back(toFrames(object));
  }
  return inputs;
}

Napi::Value toResult(Napi::Env env, const engine::ClipResult& result) {
  Napi::Object outputs = Napi::Object::New(env);
  for (const network::OutputInfo& info : network::kOutputs) {
    const auto& [values, shape] = result.outputs[info.output];
    if (shape.empty()) continue;
    Napi::Object output = Napi::Object::New(env);
    output.Set("data", toFloat32Array(env, values));
    output.Set("shape", toNumbers(env, shape));
    outputs.Set(info.name, output);
  }
  Napi::Value map = env.Null();
  if (result.map) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("values", toFloat32Array(env, result.map->values));
    object.Set("label", static_cast<double>(result.map->label));
    map = object;
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("indices", toInt32Array(env, result.indices));
  object.Set("scores", toFloat32Array(env, result.scores));
  object.Set("outputs", outputs);
  object.Set("map", map);
  object.Set("queueMs", result.queueMs);
  object.Set("runMs", result.runMs);
  object.Set("batchSize", static_cast<double>(result.batchSize));
  return object;
}

Napi::Value toResults(Napi::Env env, const std::vector<engine::ClipResult>& results) {
  Napi::Array list = Napi::Array::New(env, results.size());
  for (uint32_t i = 0; i < list.Length(); ++i) list.Set(i, toResult(env, results[i]));
  return list;
}

Napi::Value toHistogram(Napi::Env env, const engine::Histogram& histogram) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("bounds", toNumbers(env, engine::Histogram::kBounds));
  object.Set("counts", toNumbers(env, histogram.counts));
  object.Set("sum", histogram.sum);
  object.Set("count", static_cast<double>(histogram.count));
  return object;
}

}  // namespace

Napi::Function ModelClass::define(Napi::Env env) {
  return DefineClass(
      env, "NativeModel",
      {StaticMethod<&ModelClass::load>("load"), InstanceAccessor<&ModelClass::devices>("devices"),
       InstanceAccessor<&ModelClass::precision>("precision"), InstanceAccessor<&ModelClass::outputs>("outputs"),
       InstanceAccessor<&ModelClass::output>("output"), InstanceAccessor<&ModelClass::warnings>("warnings"),
       InstanceMethod<&ModelClass::keepFile>("keepFile"), InstanceMethod<&ModelClass::run>("run"),
       InstanceMethod<&ModelClass::cancel>("cancel"), InstanceMethod<&ModelClass::stats>("stats"),
       InstanceMethod<&ModelClass::dispose>("dispose")});
}

ModelClass::ModelClass(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ModelClass>(info) {}

ModelClass::~ModelClass() {
  if (const auto classifier = classifier_.lock()) Environment::of(Env()).release(classifier);
  reportMemory(0);
}

void ModelClass::reportMemory(int64_t bytes) {
  int64_t total = 0;
  if (napi_adjust_external_memory(Env(), bytes - reportedBytes_, &total) == napi_ok) reportedBytes_ = bytes;
}

void ModelClass::adopt(std::weak_ptr<engine::Classifier> classifier, const engine::ClassifierInfo& info) {
  classifier_ = std::move(classifier);
  info_ = info;
  reportMemory(info.bytes);
}

Napi::Value ModelClass::load(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    Environment& environment = Environment::of(env);
    model::ModelFile file = ModelFileClass::fileOf(info[0]);
    engine::ClassifierOptions options = toOptions(info[1].As<Napi::Object>());
    const Environment::Pending pending = environment.begin(env, Napi::Object());
    // Filled in below, read on this same thread when the promise is settled.
    auto owned = std::make_shared<std::weak_ptr<engine::Classifier>>();
    auto classifier = std::make_shared<engine::Classifier>(
        std::move(file), std::move(options),
        [&environment, ticket = pending.ticket, owned](std::optional<engine::ClassifierInfo> loaded,
                                                       std::optional<Error> error) {
          environment.settle(ticket, [&environment, owned, loaded, error](Napi::Env) -> Napi::Value {
            if (error) {
              environment.release(owned->lock());
              throw *error;
            }
            Napi::Object object = environment.modelClass.New({});
            ModelClass::Unwrap(object)->adopt(*owned, *loaded);
            return object;
          });
        });
    *owned = environment.own(std::move(classifier));
    return pending.promise;
  });
}

Napi::Value ModelClass::devices(const Napi::CallbackInfo& info) { return toStrings(info.Env(), info_.devices); }

Napi::Value ModelClass::precision(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), info_.precision);
}

Napi::Value ModelClass::output(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), info_.givesProbabilities ? kProbabilities : kLogits);
}

Napi::Value ModelClass::warnings(const Napi::CallbackInfo& info) { return toStrings(info.Env(), info_.warnings); }

Napi::Value ModelClass::outputs(const Napi::CallbackInfo& info) {
  std::vector<std::string> names;
  for (const network::OutputInfo& each : network::kOutputs) {
    if (info_.outputs.has(each.output)) names.emplace_back(each.name);
  }
  return toStrings(info.Env(), names);
}

void ModelClass::keepFile(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    model::ModelFile file = ModelFileClass::fileOf(info[0]);
    if (const auto classifier = classifier_.lock()) classifier->keepFile(std::move(file));
  });
}

Napi::Value ModelClass::run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    const auto classifier = classifier_.lock();
    if (!classifier) throw Error("ERR_DISPOSED", "expected a model in use but this one was disposed of");
    const engine::Wanted wanted = toWanted(info[2], info[3], info[4]);
    network::OutputSet needed = wanted.sources();
    needed.add(wanted.outputs);
    if (!info_.outputs.includes(needed)) {
      throw Error("ERR_UNSUPPORTED", "expected outputs that this model can give, " + info_.outputs.names() +
                                         ", but received " + needed.without(info_.outputs).names());
    }
    std::vector<engine::RequestInput> inputs = toInputs(info[1].As<Napi::Object>());
    Environment& environment = Environment::of(env);
    const Environment::Pending pending = environment.begin(env, Value());
    auto done = [&environment, ticket = pending.ticket](std::optional<std::vector<engine::ClipResult>> results,
                                                        std::optional<Error> error) {
      environment.settle(ticket,
                         [results = std::move(results), error = std::move(error)](Napi::Env env) -> Napi::Value {
                           if (error) throw *error;
                           return toResults(env, *results);
                         });
    };
    try {
      classifier->submit(static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value()), std::move(inputs), wanted,
                         done);
    } catch (...) {
      done(std::nullopt, currentError("ERR_INTERNAL"));
    }
    return pending.promise;
  });
}

Napi::Value ModelClass::cancel(const Napi::CallbackInfo& info) {
  const auto classifier = classifier_.lock();
  const bool cancelled =
      classifier &&
      classifier->cancel(static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value()),
                         Error(info[1].As<Napi::String>().Utf8Value(), info[2].As<Napi::String>().Utf8Value()));
  return Napi::Boolean::New(info.Env(), cancelled);
}

Napi::Value ModelClass::stats(const Napi::CallbackInfo& info) {
  if (const auto classifier = classifier_.lock()) lastStats_ = classifier->stats();
  const engine::ClassifierStats& stats = lastStats_;
  Napi::Object object = Napi::Object::New(info.Env());
  object.Set("requests", static_cast<double>(stats.requests));
  object.Set("completed", static_cast<double>(stats.completed));
  object.Set("failed", static_cast<double>(stats.failed));
  object.Set("cancelled", static_cast<double>(stats.cancelled));
  object.Set("batches", static_cast<double>(stats.batches));
  object.Set("queued", static_cast<double>(stats.queued));
  object.Set("running", static_cast<double>(stats.running));
  object.Set("queueTimes", toHistogram(info.Env(), stats.queueTimes));
  object.Set("runTimes", toHistogram(info.Env(), stats.runTimes));
  object.Set("preprocessTimes", toHistogram(info.Env(), stats.preprocessTimes));
  object.Set("maxQueueMs", stats.maxQueueMs);
  object.Set("maxRunMs", stats.maxRunMs);
  return object;
}

Napi::Value ModelClass::dispose(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::of(env);
  const Environment::Pending pending = environment.begin(env, Value());
  const auto classifier = classifier_.lock();
  const std::weak_ptr<engine::Classifier> weak = classifier;
  auto closed = [this, &environment, weak, ticket = pending.ticket] {
    environment.settle(ticket, [this, &environment, weak](Napi::Env env) -> Napi::Value {
      if (const auto closing = weak.lock()) {
        lastStats_ = closing->stats();
        environment.release(closing);
        reportMemory(0);
      }
      return env.Undefined();
    });
  };
  if (classifier) {
    classifier->close(closed);
  } else {
    closed();
  }
  return pending.promise;
}

}  // namespace kinetorch::binding
