#include "native/model/import_weights.h"

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "native/formats/byte_source.h"
#include "native/formats/weight_file.h"
#include "native/model/fit_weights.h"
#include "native/runtime/error.h"

namespace kinetorch::model {

namespace {

c10::ScalarType toTorch(formats::ScalarKind kind) {
  switch (kind) {
    case formats::ScalarKind::kFloat64:
      return at::kDouble;
    case formats::ScalarKind::kFloat32:
      return at::kFloat;
    case formats::ScalarKind::kFloat16:
      return at::kHalf;
    case formats::ScalarKind::kBFloat16:
      return at::kBFloat16;
    case formats::ScalarKind::kInt64:
      return at::kLong;
    case formats::ScalarKind::kInt32:
      return at::kInt;
    case formats::ScalarKind::kInt16:
      return at::kShort;
    case formats::ScalarKind::kInt8:
      return at::kChar;
    case formats::ScalarKind::kUInt8:
      return at::kByte;
    case formats::ScalarKind::kBool:
      return at::kBool;
  }
  throw Error("ERR_INTERNAL", "unknown ScalarKind");
}

}  // namespace

void importWeights(const torch::jit::Module& module, formats::FileSource source, const std::string& newHead) {
  std::unique_ptr<formats::ByteSource> bytes = formats::ByteSource::open(std::move(source));
  const std::string label = bytes->label();
  const std::unique_ptr<formats::WeightFile> file = formats::openWeights(std::move(bytes));
  std::unordered_map<std::string, at::Tensor> targets;
  for (const auto& parameter : module.named_parameters()) targets.emplace(parameter.name, parameter.value);
  for (const auto& buffer : module.named_buffers()) targets.emplace(buffer.name, buffer.value);
  WantedShapes wanted;
  for (const auto& [name, target] : targets) wanted.emplace(name, target.sizes().vec());

  const WeightFit fit = fitWeights(file->sets(), wanted, newHead, label);
  std::vector<formats::WeightTensor> tensors;
  for (const auto& [name, entry] : fit.entries) tensors.push_back(file->read(fit.set, entry));
  const at::NoGradGuard noGrad;
  for (size_t i = 0; i < tensors.size(); ++i) {
    formats::WeightTensor& tensor = tensors[i];
    targets.at(fit.entries[i].first).copy_(at::from_blob(tensor.bytes.data(), tensor.shape, toTorch(tensor.kind)));
  }
}

}  // namespace kinetorch::model
