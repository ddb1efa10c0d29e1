#include "native/training/parameter_groups.h"

#include <array>
#include <string>
#include <utility>

#include "native/runtime/error.h"

namespace kinetorch::training {
namespace {

bool isWithin(const std::string& name, const std::string& path) {
  return name.compare(0, path.size(), path) == 0 && (name.size() == path.size() || name[path.size()] == '.');
}

bool isWithinAny(const std::string& name, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (isWithin(name, path)) return true;
  }
  return false;
}

// By its running statistics, which Kinetorch's own batch norm and PyTorch's have alike.
bool isBatchNorm(const torch::jit::Module& module) {
  return module.hasattr("running_mean") && module.hasattr("running_var");
}

}  // namespace

std::vector<torch::jit::Module> freezeParts(const torch::jit::Module& network, const TrainerOptions& options) {
  const auto parameters = network.named_parameters();
  for (const std::string& path : options.frozen) {
    bool found = false;
    for (const auto& parameter : parameters) found = found || isWithin(parameter.name, path);
    if (!found) {
      throw Error("ERR_INVALID_ARGUMENT",
                  "expected `frozen` to name modules with parameters but received \"" + path + "\"");
    }
  }
  for (const auto& parameter : parameters) {
    parameter.value.set_requires_grad(!isWithinAny(parameter.name, options.frozen));
  }
  std::vector<torch::jit::Module> fixed;
  for (const auto& module : network.named_modules()) {
    if (!isBatchNorm(module.value)) continue;
    if (!options.freezeBatchNorm && !isWithinAny(module.name, options.frozen)) continue;
    for (const at::Tensor& parameter : module.value.parameters()) parameter.set_requires_grad(false);
    fixed.push_back(module.value);
  }
  for (const auto& parameter : parameters) {
    if (parameter.value.requires_grad()) return fixed;
  }
  throw Error("ERR_INVALID_ARGUMENT", "expected something left to train but every parameter is frozen");
}

std::vector<ParameterGroup> parameterGroups(const torch::jit::Module& network, const TrainerOptions& options) {
  const double decay = options.optimizer.weightDecay;
  std::array<ParameterGroup, 4> groups{
      {{{}, decay, options.bodyRate}, {{}, 0, options.bodyRate}, {{}, decay, 1}, {{}, 0, 1}}};
  bool hasHead = false;
  for (const auto& parameter : network.named_parameters()) {
    const bool head = !options.head.empty() && isWithin(parameter.name, options.head);
    hasHead = hasHead || head;
    if (!parameter.value.requires_grad()) continue;
    groups[(head ? 2 : 0) + (parameter.value.dim() >= 2 ? 0 : 1)].parameters.push_back(parameter.value);
  }
  if (options.bodyRate != 1 && !hasHead) {
    throw Error("ERR_INVALID_ARGUMENT",
                options.head.empty()
                    ? "expected a model whose classification head is known for `bodyRate` but "
                      "this one's metadata names none"
                    : "expected a classification head `" + options.head + "` for `bodyRate` but the model has none");
  }
  std::vector<ParameterGroup> used;
  for (ParameterGroup& group : groups) {
    if (!group.parameters.empty()) used.push_back(std::move(group));
  }
  return used;
}

}  // namespace kinetorch::training
