#include "native/binding/convert.h"

#include <cstring>
#include <optional>

#include "native/runtime/error.h"
#include "native/runtime/max_side.h"

namespace kinetorch::binding {

namespace {

std::vector<float> floatsOf(const Napi::Object& object, const char* name) {
  const auto list = object.Get(name).As<Napi::Float32Array>();
  return {list.Data(), list.Data() + list.ElementLength()};
}

struct BytesView {
  const uint8_t* data;
  size_t size;
  bool isFloat;
};

BytesView viewOf(const Napi::Value& value) {
  if (!value.IsTypedArray()) throw Error("ERR_CLIP_DATA", "expected a Uint8Array or a Float32Array");
  const auto array = value.As<Napi::TypedArray>();
  const napi_typedarray_type type = array.TypedArrayType();
  const bool isFloat = type == napi_float32_array;
  if (!isFloat && type != napi_uint8_array && type != napi_uint8_clamped_array) {
    throw Error("ERR_CLIP_DATA", "expected a Uint8Array or a Float32Array but received another typed array");
  }
  // Another thread may write to a SharedArrayBuffer while it is copied.
  const Napi::Value buffer = array.ArrayBuffer();
  if (!buffer.IsArrayBuffer()) throw Error("ERR_CLIP_DATA", "expected a buffer of its own but received a shared one");
  bool detached = false;
  if (napi_is_detached_arraybuffer(value.Env(), buffer, &detached) != napi_ok || detached) {
    throw Error("ERR_CLIP_DATA", "expected a buffer with data but received one that was detached (transferred)");
  }
  // Read through N-API in one go: Napi::TypedArray caches the length.
  napi_typedarray_type ignored;
  size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(value.Env(), value, &ignored, &length, &data, nullptr, nullptr) != napi_ok) {
    throw Error("ERR_CLIP_DATA", "the typed array cannot be read");
  }
  return {static_cast<const uint8_t*>(data), length * (isFloat ? sizeof(float) : 1), isFloat};
}

architectures::FrameStream streamOf(const std::string& name) {
  return name == "difference" ? architectures::FrameStream::kDifference : architectures::FrameStream::kRgb;
}

architectures::FramePool poolOf(const std::string& name) {
  if (name == "mean+change") return architectures::FramePool::kMeanAndChange;
  if (name == "multi-stage") return architectures::FramePool::kMultiStage;
  if (name == "convolution") return architectures::FramePool::kConvolution;
  if (name == "lstm") return architectures::FramePool::kLstm;
  return architectures::FramePool::kMean;
}

// [min, max], or [] for none.
std::optional<augmentation::Range> rangeOf(const Napi::Object& object, const char* name) {
  const std::vector<double> ends = numbersOf(object.Get(name));
  if (ends.empty()) return std::nullopt;
  return augmentation::Range{ends.at(0), ends.at(1)};
}

}  // namespace

std::string textOf(const Napi::Object& object, const char* name) {
  return object.Get(name).As<Napi::String>().Utf8Value();
}

double numberOf(const Napi::Object& object, const char* name) {
  return object.Get(name).As<Napi::Number>().DoubleValue();
}

int64_t integerOf(const Napi::Object& object, const char* name) {
  return object.Get(name).As<Napi::Number>().Int64Value();
}

bool flagOf(const Napi::Object& object, const char* name) { return object.Get(name).As<Napi::Boolean>().Value(); }

std::vector<int64_t> integersOf(const Napi::Value& value) {
  const auto list = value.As<Napi::Array>();
  std::vector<int64_t> numbers;
  for (uint32_t i = 0; i < list.Length(); ++i) numbers.push_back(list.Get(i).As<Napi::Number>().Int64Value());
  return numbers;
}

std::vector<double> numbersOf(const Napi::Value& value) {
  const auto list = value.As<Napi::Array>();
  std::vector<double> numbers;
  for (uint32_t i = 0; i < list.Length(); ++i) numbers.push_back(list.Get(i).As<Napi::Number>().DoubleValue());
  return numbers;
}

formats::FileSource toSource(const Napi::Value& value) {
  if (value.IsString()) return {value.As<Napi::String>().Utf8Value(), {}};
  try {
    return {"", toBytes(value)};
  } catch (const Error& error) {
    throw Error("ERR_INVALID_ARGUMENT", std::string("the bytes of a model: ") + error.what());
  }
}

std::array<double, 3> tripleOf(const Napi::Object& object, const char* name) {
  const auto list = object.Get(name).As<Napi::Array>();
  std::array<double, 3> triple{};
  for (uint32_t c = 0; c < 3; ++c) triple[c] = list.Get(c).As<Napi::Number>().DoubleValue();
  return triple;
}

architectures::FrameCnnSpec toFrameCnn(const Napi::Object& object) {
  architectures::FrameCnnSpec spec;
  spec.stream = streamOf(textOf(object, "stream"));
  spec.lag = integerOf(object, "lag");
  spec.pool = poolOf(textOf(object, "pool"));
  spec.dropout = numberOf(object, "dropout");
  spec.mean = tripleOf(object, "mean");
  spec.std = tripleOf(object, "std");
  return spec;
}

model::CatalogueNetwork toCatalogueNetwork(const Napi::Object& object) {
  const std::string decoder = textOf(object, "decoder");
  model::CatalogueNetwork network;
  network.architecture = textOf(object, "architecture");
  network.numClasses = integerOf(object, "numClasses");
  network.frameCnn = toFrameCnn(object.Get("frameCnn").As<Napi::Object>());
  network.decoder = decoder == "masked"  ? model::Decoder::kMasked
                    : decoder == "plain" ? model::Decoder::kPlain
                                         : model::Decoder::kNone;
  return network;
}

std::vector<formats::FileSource> toSources(const Napi::Value& value) {
  const auto list = value.As<Napi::Array>();
  std::vector<formats::FileSource> sources;
  for (uint32_t i = 0; i < list.Length(); ++i) sources.push_back(toSource(list.Get(i)));
  return sources;
}

preprocessing::InputSpec toInputSpec(const Napi::Object& object) {
  preprocessing::InputSpec input;
  input.frames = integerOf(object, "frames");
  input.height = integerOf(object, "height");
  input.width = integerOf(object, "width");
  input.resize = integersOf(object.Get("resize"));
  input.antialias = flagOf(object, "antialias");
  input.mean = tripleOf(object, "mean");
  input.std = tripleOf(object, "std");
  return input;
}

augmentation::AugmentOptions toAugmentOptions(const Napi::Object& object) {
  augmentation::AugmentOptions options;
  options.shortSide = rangeOf(object, "shortSide");
  options.cropArea = rangeOf(object, "cropArea");
  options.cropAspect = rangeOf(object, "cropAspect").value_or(options.cropAspect);
  options.flip = numbersOf(object.Get("flip"));
  options.brightness = numberOf(object, "brightness");
  options.contrast = numberOf(object, "contrast");
  options.saturation = numberOf(object, "saturation");
  options.hue = numberOf(object, "hue");
  options.randAugmentOperations = integerOf(object, "randAugmentOperations");
  options.randAugmentMagnitude = numberOf(object, "randAugmentMagnitude");
  const std::string policy = textOf(object, "autoAugment");
  options.autoAugment = policy == "trivialAugmentWide" ? augmentation::AutoAugment::kTrivialAugmentWide
                        : policy == "augMix"           ? augmentation::AutoAugment::kAugMix
                        : policy == "imagenet"         ? augmentation::AutoAugment::kImageNet
                                                       : augmentation::AutoAugment::kNone;
  options.style.nearest = textOf(object, "interpolation") == "nearest";
  options.style.byFrame = textOf(object, "levels") == "frame";
  options.erase = numberOf(object, "erase");
  options.eraseWithMean = textOf(object, "eraseWith") == "mean";
  options.eraseArea = rangeOf(object, "eraseArea").value_or(options.eraseArea);
  options.mixup = numberOf(object, "mixup");
  options.cutmix = numberOf(object, "cutmix");
  return options;
}

preprocessing::Clip toClip(const Napi::Object& object) {
  preprocessing::Clip clip;
  clip.frames = integerOf(object, "frames");
  clip.height = integerOf(object, "height");
  clip.width = integerOf(object, "width");
  for (const int64_t side : {clip.frames, clip.height, clip.width}) {
    if (side < 1 || side > kMaxSide) {
      throw Error("ERR_CLIP_SHAPE", "expected frames, height and width between 1 and " + std::to_string(kMaxSide) +
                                        " but received " + std::to_string(side));
    }
  }
  const BytesView view = viewOf(object.Get("data"));
  clip.isFloat = view.isFloat;
  const auto expected = static_cast<size_t>(clip.frames * clip.height * clip.width * 3) * (clip.isFloat ? 4 : 1);
  if (view.size != expected) {
    throw Error("ERR_CLIP_SHAPE", "expected " + std::to_string(expected) + " bytes for " + std::to_string(clip.frames) +
                                      "×" + std::to_string(clip.height) + "×" + std::to_string(clip.width) +
                                      "×3 frames but received " + std::to_string(view.size));
  }
  clip.bytes.assign(view.data, view.data + view.size);
  return clip;
}

preprocessing::Frames toFrames(const Napi::Object& object) {
  return {toClip(object), {numberOf(object, "cropX"), numberOf(object, "cropY")}};
}

std::vector<preprocessing::ClipTensor> toClipTensors(const Napi::Object& object) {
  const int64_t clips = integerOf(object, "clips");
  const BytesView view = viewOf(object.Get("data"));
  const auto bytes = static_cast<int64_t>(view.size);
  const auto values = bytes / static_cast<int64_t>(sizeof(float));
  if (!view.isFloat || clips < 1 || clips > values || values % clips != 0) {
    throw Error("ERR_CLIP_SHAPE", "expected floats for each of " + std::to_string(clips) + " clips but received " +
                                      std::to_string(bytes) + " bytes");
  }
  const int64_t channels = integerOf(object, "channels");
  if (channels != 1 && channels != 3) {
    throw Error("ERR_CLIP_SHAPE", "expected 1 or 3 channels but received " + std::to_string(channels));
  }
  std::vector<preprocessing::ClipTensor> tensors(static_cast<size_t>(clips));
  const size_t size = view.size / tensors.size();
  for (size_t i = 0; i < tensors.size(); ++i) {
    tensors[i].channels = channels;
    tensors[i].values.resize(size / sizeof(float));
    std::memcpy(tensors[i].values.data(), view.data + i * size, size);
  }
  return tensors;
}

training::LabelledVectors toLabelledVectors(const Napi::Object& object) {
  training::LabelledVectors vectors;
  vectors.features = floatsOf(object, "features");
  vectors.targets = floatsOf(object, "targets");
  vectors.count = integerOf(object, "count");
  vectors.isMultiLabel = flagOf(object, "multiLabel");
  return vectors;
}

model::LinearHead toLinearHead(const Napi::Object& object) {
  return {floatsOf(object, "weight"), floatsOf(object, "bias")};
}

training::TrainingBatch toTrainingBatch(const Napi::Object& object) {
  training::TrainingBatch batch;
  batch.data = toBytes(object.Get("data"));
  batch.batch = integerOf(object, "batch");
  batch.frames = integerOf(object, "frames");
  batch.height = integerOf(object, "height");
  batch.width = integerOf(object, "width");
  const auto labels = object.Get("labels").As<Napi::Int32Array>();
  batch.labels.assign(labels.Data(), labels.Data() + labels.ElementLength());
  batch.targets = floatsOf(object, "targets");
  return batch;
}

training::MaskOptions toMaskOptions(const Napi::Object& object) {
  const std::string target = textOf(object, "target");
  training::MaskOptions options;
  options.ratio = numberOf(object, "ratio");
  options.cell = integerOf(object, "cell");
  options.pixels = target != "difference";
  options.difference = target != "pixels";
  return options;
}

std::vector<uint8_t> toBytes(const Napi::Value& value) {
  const BytesView view = viewOf(value);
  return {view.data, view.data + view.size};
}

Napi::Float32Array toFloat32Array(Napi::Env env, const std::vector<float>& values) {
  auto array = Napi::Float32Array::New(env, values.size());
  if (!values.empty()) std::memcpy(array.Data(), values.data(), values.size() * sizeof(float));
  return array;
}

Napi::Int32Array toInt32Array(Napi::Env env, const std::vector<int32_t>& values) {
  auto array = Napi::Int32Array::New(env, values.size());
  if (!values.empty()) std::memcpy(array.Data(), values.data(), values.size() * sizeof(int32_t));
  return array;
}

Napi::Uint8Array toUint8Array(Napi::Env env, const std::vector<uint8_t>& bytes) {
  auto array = Napi::Uint8Array::New(env, bytes.size());
  if (!bytes.empty()) std::memcpy(array.Data(), bytes.data(), bytes.size());
  return array;
}

Napi::Array toStrings(Napi::Env env, const std::vector<std::string>& texts) {
  Napi::Array list = Napi::Array::New(env, texts.size());
  for (uint32_t i = 0; i < list.Length(); ++i) list.Set(i, texts[i]);
  return list;
}

}  // namespace kinetorch::binding
