#pragma once

#include <napi.h>

#include <array>
#include <string>
#include <vector>

#include "native/architectures/frame_cnn_spec.h"
#include "native/augmentation/augment_options.h"
#include "native/formats/file_source.h"
#include "native/model/catalogue_network.h"
#include "native/model/linear_head.h"
#include "native/preprocessing/clip.h"
#include "native/preprocessing/clip_tensor.h"
#include "native/preprocessing/input_spec.h"
#include "native/training/fit_linear.h"
#include "native/training/trainer_options.h"
#include "native/training/training_batch.h"

namespace kinetorch::binding {

// JavaScript values of binding.d.ts to plain structs. TypeScript has already checked types and ranges; these throw
// Error only for what would be unsafe to take on trust.

std::string textOf(const Napi::Object& object, const char* name);
double numberOf(const Napi::Object& object, const char* name);
int64_t integerOf(const Napi::Object& object, const char* name);
bool flagOf(const Napi::Object& object, const char* name);
std::vector<int64_t> integersOf(const Napi::Value& list);
std::vector<double> numbersOf(const Napi::Value& list);
// One value for each of R, G and B.
std::array<double, 3> tripleOf(const Napi::Object& object, const char* name);

formats::FileSource toSource(const Napi::Value& value);
std::vector<formats::FileSource> toSources(const Napi::Value& list);
architectures::FrameCnnSpec toFrameCnn(const Napi::Object& object);
model::CatalogueNetwork toCatalogueNetwork(const Napi::Object& object);
preprocessing::InputSpec toInputSpec(const Napi::Object& object);
augmentation::AugmentOptions toAugmentOptions(const Napi::Object& object);
preprocessing::Clip toClip(const Napi::Object& object);
preprocessing::Frames toFrames(const Napi::Object& object);
std::vector<preprocessing::ClipTensor> toClipTensors(const Napi::Object& object);
training::TrainingBatch toTrainingBatch(const Napi::Object& object);
training::LabelledVectors toLabelledVectors(const Napi::Object& object);
model::LinearHead toLinearHead(const Napi::Object& object);
training::MaskOptions toMaskOptions(const Napi::Object& object);

// Copies a Uint8Array's bytes. Throws ERR_CLIP_DATA for a detached or shared buffer; toSource ERR_INVALID_ARGUMENT.
std::vector<uint8_t> toBytes(const Napi::Value& value);

Napi::Float32Array toFloat32Array(Napi::Env env, const std::vector<float>& values);
Napi::Int32Array toInt32Array(Napi::Env env, const std::vector<int32_t>& values);
Napi::Uint8Array toUint8Array(Napi::Env env, const std::vector<uint8_t>& bytes);
Napi::Array toStrings(Napi::Env env, const std::vector<std::string>& texts);

template <typename Numbers>
Napi::Array toNumbers(Napi::Env env, const Numbers& numbers) {
  Napi::Array list = Napi::Array::New(env, numbers.size());
  uint32_t i = 0;
  for (const auto number : numbers) list.Set(i++, static_cast<double>(number));
  return list;
}

}  // namespace kinetorch::binding
