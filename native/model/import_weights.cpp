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
#include "native/model/weight_tensor.h"

namespace kinetorch::model {

namespace {

// The module's tensors, by their names in a file.
std::unordered_map<std::string, at::Tensor> targetsOf(const torch::jit::Module& module, const WeightNaming& naming) {
  std::unordered_map<std::string, at::Tensor> targets;
  for (const auto& parameter : module.named_parameters()) targets.emplace(naming.of(parameter.name), parameter.value);
  for (const auto& buffer : module.named_buffers()) targets.emplace(naming.of(buffer.name), buffer.value);
  return targets;
}

void copyInto(const at::Tensor& target, formats::WeightTensor& source, Inflation inflation) {
  at::Tensor values = viewOf(source);
  if (inflatesTo(source.shape, target.sizes().vec())) {
    // Shares of half precision would not sum up.
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
