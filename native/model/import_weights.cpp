#include "native/model/import_weights.h"

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "native/formats/weight_file.h"
#include "native/model/fit_weights.h"
#include "native/model/inflate_kernel.h"
#include "native/model/open_weights.h"
#include "native/model/weight_naming.h"
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

// The module's tensors, by their names in a file.
std::unordered_map<std::string, at::Tensor> targetsOf(const torch::jit::Module& module, const WeightNaming& naming) {
  std::unordered_map<std::string, at::Tensor> targets;
  for (const auto& parameter : module.named_parameters()) targets.emplace(naming.of(parameter.name), parameter.value);
  for (const auto& buffer : module.named_buffers()) targets.emplace(naming.of(buffer.name), buffer.value);
  return targets;
}

void copyInto(const at::Tensor& target, formats::WeightTensor& source, Inflation inflation) {
  at::Tensor values = at::from_blob(source.bytes.data(), source.shape, toTorch(source.kind));
  if (inflatesTo(source.shape, target.sizes().vec())) {
    // Half precision would round the share of a frame once more.
    values = inflateKernel(values.to(at::kFloat), target.size(2), inflation);
  }
  target.copy_(values);
}

}  // namespace

void importWeights(const torch::jit::Module& module, std::vector<formats::FileSource> sources,
                   const ImportOptions& options) {
  const auto [file, label] = openWeights(std::move(sources));
  const WeightNaming naming = namingOf(file->sets());
  const std::unordered_map<std::string, at::Tensor> targets = targetsOf(module, naming);
  WantedWeights wanted;
  for (const auto& [name, target] : targets) wanted.shapes.emplace(name, target.sizes().vec());
  wanted.head = naming.of(options.head);
  wanted.newHead = options.newHead;

  const WeightFit fit = fitWeights(file->sets(), wanted, label);
  std::vector<formats::WeightTensor> tensors;
  for (const auto& [name, entry] : fit.entries) tensors.push_back(file->read(fit.set, entry));
  const at::NoGradGuard noGrad;
  for (size_t i = 0; i < tensors.size(); ++i) {
    copyInto(targets.at(fit.entries[i].first), tensors[i], options.inflation);
  }
}

}  // namespace kinetorch::model
