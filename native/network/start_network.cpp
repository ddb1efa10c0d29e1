#include "native/network/start_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "native/runtime/error.h"

namespace kinetorch::network {
namespace {

// The one kind that all floating-point parameters have; float32 where they differ or there are none.
c10::ScalarType kindOfWeights(const torch::jit::Module& module) {
  std::optional<c10::ScalarType> kind;
  for (const at::Tensor& parameter : module.parameters()) {
    if (!parameter.is_floating_point()) continue;
    if (kind && *kind != parameter.scalar_type()) return at::kFloat;
    kind = parameter.scalar_type();
  }
  return kind.value_or(at::kFloat);
}

// Outside of inference mode, as it is where models are made.
torch::jit::Module moduleOf(const model::ModelFile& file) {
  const c10::InferenceMode outside(false);
  return file.module();
}

// Those that may run, the best first.
std::vector<NumberKinds> kindsFor(const torch::jit::Module& module, c10::ScalarType precision) {
  if (precision != at::kFloat) {
    return {{{at::kFloat, precision}, {precision}},       // Note [Folding in float32]
            {{precision, std::nullopt}, {precision}},     // its code asks for the kind of its weights
            {{}, {at::kFloat, /*autocast=*/precision}}};  // some operator knows float32 alone
  }
  std::vector<NumberKinds> kinds{{}};  // Note [Own types]
  const c10::ScalarType weights = kindOfWeights(module);
  if (weights != at::kFloat) {
    kinds.push_back({{}, {weights}});                   // it was made for clips of its weights' kind
    kinds.push_back({{at::kFloat, std::nullopt}, {}});  // which this device may not know
  }
  return kinds;
}

std::unique_ptr<TorchScriptNetwork> freeze(torch::jit::Module module, const preprocessing::InputSpec& input,
                                           const at::TensorOptions& options, const NumberKinds& kinds) {
  return std::make_unique<TorchScriptNetwork>(freezeNetwork(std::move(module), options.device(), kinds.floats), input,
                                              options, kinds.reading);
}

}  // namespace

std::unique_ptr<TorchScriptNetwork> freezeAgain(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                                const at::TensorOptions& options, const NumberKinds& kinds) {
  return freeze(moduleOf(file), input, options, kinds);
}

StartedNetwork startNetwork(const model::ModelFile& file, const preprocessing::InputSpec& input,
                            const at::Tensor& clip) {
  torch::jit::Module module = moduleOf(file);
  if (!module.find_method("forward")) {
    throw Error("ERR_MODEL_FORWARD", "expected a TorchScript module with a forward method but this one has none");
  }
  const std::vector<NumberKinds> allKinds = kindsFor(module, clip.scalar_type());
  std::exception_ptr failure;
  for (const NumberKinds& kinds : allKinds) {
    try {
      StartedNetwork started;
      started.kinds = kinds;
      if (failure) module = moduleOf(file);  // freezing has changed it
      started.network = freeze(std::move(module), input, clip.options(), kinds);
      started.staysAsItIs = clip.scalar_type() == at::kFloat && started.network->rounding() != at::kFloat;
      started.keepsClipsApart = started.network->keepsClipsApart();
      if (started.keepsClipsApart && !started.staysAsItIs) started.network->takeChannelsLast();
      const auto begin = std::chrono::steady_clock::now();
      started.logits = started.network->logits(clip.clone());  // it may write into it
      started.time = std::chrono::steady_clock::now() - begin;
      return started;
    } catch (const std::exception&) {
      if (ranOutOfMemory()) throw;
      if (!failure) failure = std::current_exception();
    }
  }
  std::rethrow_exception(failure);
}

}  // namespace kinetorch::network
