#include "native/model/build_with_weights.h"

#include <ATen/ATen.h>

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "native/architectures/build.h"
#include "native/formats/torch_weights.h"
#include "native/formats/torch_zip.h"
#include "native/formats/zip_directory.h"
#include "native/model/weight_problems.h"
#include "native/model/weight_tensor.h"
#include "native/runtime/error.h"

namespace kinetorch::model {
namespace {

using torch::jit::Module;

// Note [One class]
// A file of a few bytes may claim a million classes. So the network is built with one, and its head is then taken from
// the file, which has the bytes of as many as it has.
constexpr int64_t kOneClass = 1;
constexpr uint64_t kSeed = 0;

Module build(const CatalogueNetwork& network) {
  if (network.decoder == Decoder::kNone) {
    return architectures::buildArchitecture(network.architecture, kOneClass, kSeed, network.frameCnn);
  }
  return architectures::buildReconstruction(network.architecture, network.decoder == Decoder::kMasked, kSeed);
}

struct Target {
  at::Tensor tensor;
  std::vector<int64_t> shape;  // that it has in the file
  bool isOfHead = false;       // and is taken whole
};

using Targets = std::map<std::string, Target>;

Targets targetsOf(const Module& module, const CatalogueNetwork& network, const std::optional<std::string>& head) {
  Targets targets;
  const auto add = [&](const std::string& name, const at::Tensor& tensor) {
    Target target{tensor, tensor.sizes().vec()};
    target.isOfHead = head && name.rfind(*head + ".", 0) == 0;
    if (target.isOfHead) target.shape.front() = network.numClasses;
    targets.emplace(name, std::move(target));
  };
  for (const auto& parameter : module.named_parameters()) add(parameter.name, parameter.value);
  for (const auto& buffer : module.named_buffers()) add(buffer.name, buffer.value);
  return targets;
}

std::unique_ptr<formats::WeightFile> openTensors(std::shared_ptr<const formats::ByteSource> source) {
  const std::string label = source->label();
  formats::TorchFile file = formats::readTorchZip(std::move(source));
  if (!file.isTorchScript) {
    throw Error("ERR_WEIGHTS", label + ": expected a TorchScript archive, with `constants.pkl`, but there is none");
  }
  return formats::weightsOf(std::move(file), label);
}

// Where each of the targets is in the file's only set. Throws ERR_WEIGHTS where they do not match one to one.
std::map<std::string, size_t> placesOf(const formats::WeightFile& file, const Targets& targets,
                                       const std::string& what) {
  std::map<std::string, size_t> places;
  WeightProblems problems;
  for (const formats::WeightSet& set : file.sets()) {
    for (size_t i = 0; i < set.entries.size(); ++i) {
      const formats::WeightEntry& entry = set.entries[i];
      const auto target = targets.find(entry.name);
      if (target == targets.end()) {
        problems.unexpected.push_back(formats::inQuotes(entry.name));
      } else if (!places.emplace(entry.name, i).second) {
        problems.twice.push_back(entry.name);
      } else if (entry.isTensor && entry.shape != target->second.shape) {
        problems.addMisshapen(entry.name, target->second.shape, entry.shape);
      }
    }
  }
  for (const auto& [name, target] : targets) {
    if (places.count(name) == 0) problems.missing.push_back(name);
  }
  const std::string text = problems.text();
  if (!text.empty()) throw Error("ERR_WEIGHTS", what + ": " + text);
  return places;
}

at::Tensor readAs(c10::ScalarType kind, formats::WeightFile& file, size_t place, const std::string& label) {
  formats::WeightTensor weights = file.read(0, place);
  if (torchKind(weights.kind) != kind) {
    throw Error("ERR_WEIGHTS", label + ": expected `" + weights.name + "` in " + c10::toString(kind) +
                                   " but received " + formats::scalarName(weights.kind));
  }
  return viewOf(weights).clone();
}

Module fill(Module module, const CatalogueNetwork& network, formats::WeightFile& file, const std::string& label) {
  const std::optional<std::string> head =
      network.decoder == Decoder::kNone ? architectures::headOf(module) : std::nullopt;
  const Targets targets = targetsOf(module, network, head);
  const at::NoGradGuard noGrad;
  for (const auto& [name, place] : placesOf(file, targets, label + " is not the network " + network.architecture)) {
    const Target& target = targets.at(name);
    const at::Tensor weights = readAs(target.tensor.scalar_type(), file, place, label);
    if (target.isOfHead) {
      architectures::moduleAt(module, *head)->setattr(name.substr(head->size() + 1), weights);
    } else {
      target.tensor.copy_(weights);
    }
  }
  return module;
}

}  // namespace

Module buildWithWeights(std::shared_ptr<const formats::ByteSource> source, const CatalogueNetwork& network) {
  const std::string label = source->label();
  try {
    const std::unique_ptr<formats::WeightFile> file = openTensors(std::move(source));
    return fill(build(network), network, *file, label);
  } catch (...) {
    throw currentError("ERR_INTERNAL");
  }
}

}  // namespace kinetorch::model
