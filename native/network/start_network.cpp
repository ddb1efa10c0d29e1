#include "native/network/start_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
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

// Whether some operator is told to give numbers of this kind.
bool asksFor(c10::ScalarType kind, torch::jit::Block* block) {
  const auto isAsked = [&](const torch::jit::Node* node) {
    const c10::FunctionSchema* const schema = node->maybeSchema();
    const std::optional<int> place = schema ? schema->argumentIndexWithName("dtype") : std::nullopt;
    const auto asked = place ? torch::jit::toIValue(node->input(static_cast<size_t>(*place))) : std::nullopt;
    return asked && asked->isInt() && asked->toInt() == static_cast<int64_t>(kind);
  };
  return std::any_of(block->nodes().begin(), block->nodes().end(), [&](torch::jit::Node* node) {
    return isAsked(node) || std::any_of(node->blocks().begin(), node->blocks().end(),
                                        [&](torch::jit::Block* inner) { return asksFor(kind, inner); });
  });
}

bool computesInHalf(const TorchScriptNetwork& network) {
  torch::jit::Block* const block = network.graph()->block();
  return network.rounding() != at::kFloat || asksFor(at::kHalf, block) || asksFor(at::kBFloat16, block);
}

struct Attempt {
  NumberKinds kinds;
  bool unlessInHalf = false;  // not for code that asks for half precision itself
};

// What may run, the best first. CPUs compute in half precision many times slower than in float32, in which weights that
// were rounded to it give the same up to that rounding.
std::vector<Attempt> attemptsFor(const torch::jit::Module& module, const at::TensorOptions& options) {
  const c10::ScalarType precision = c10::typeMetaToScalarType(options.dtype());
  if (precision != at::kFloat) {
    return {{{{at::kFloat, precision}, {precision}}},       // Note [Folding in float32]
            {{{precision, std::nullopt}, {precision}}},     // its code asks for the kind of its weights
            {{{}, {at::kFloat, /*autocast=*/precision}}}};  // some operator knows float32 alone
  }
  const NumberKinds own{};  // Note [Own types]
  const c10::ScalarType weights = kindOfWeights(module);
  if (weights == at::kFloat) return {{own}};
  const NumberKinds asMade{{}, {weights}};  // for clips of its weights' kind
  const NumberKinds wide{{at::kFloat, std::nullopt}, {}};
  std::vector<Attempt> attempts{{own}, {asMade}, {wide}};  // the device may not know the weights' kind
  const bool isHalf = weights == at::kHalf || weights == at::kBFloat16;
  if (isHalf && options.device().is_cpu()) attempts.insert(attempts.begin(), {wide, /*unlessInHalf=*/true});
  return attempts;
}

std::unique_ptr<TorchScriptNetwork> freeze(torch::jit::Module module, const preprocessing::InputSpec& input,
                                           const at::TensorOptions& options, const NumberKinds& kinds,
                                           Purpose purpose) {
  return std::make_unique<TorchScriptNetwork>(freezeNetwork(std::move(module), options.device(), kinds.floats, purpose),
                                              input, options, kinds.reading);
}

}  // namespace

std::unique_ptr<TorchScriptNetwork> freezeAgain(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                                const at::TensorOptions& options, const NumberKinds& kinds,
                                                Purpose purpose) {
  return freeze(moduleOf(file), input, options, kinds, purpose);
}

StartedNetwork startNetwork(const model::ModelFile& file, const preprocessing::InputSpec& input, const at::Tensor& clip,
                            Purpose purpose) {
  torch::jit::Module module = moduleOf(file);
  const std::string method = purpose == Purpose::kReconstruct ? "reconstruct" : "forward";
  if (!module.find_method(method)) {
    throw Error("ERR_MODEL_FORWARD",
                "expected a TorchScript module with a " + method + " method but this one has none");
  }
  const std::vector<Attempt> attempts = attemptsFor(module, clip.options());
  std::exception_ptr failure;
  bool isFrozen = false;
  for (const auto& [kinds, unlessInHalf] : attempts) {
    try {
      StartedNetwork started;
      started.kinds = kinds;
      if (isFrozen) module = moduleOf(file);  // freezing has changed it
      isFrozen = true;
      started.network = freeze(std::move(module), input, clip.options(), kinds, purpose);
      if (unlessInHalf && computesInHalf(*started.network)) continue;
      started.staysAsItIs = clip.scalar_type() == at::kFloat && started.network->rounding() != at::kFloat;
      started.keepsClipsApart = started.network->keepsClipsApart();
      if (started.keepsClipsApart && !started.staysAsItIs) started.network->takeChannelsLast();
      const auto begin = std::chrono::steady_clock::now();
      started.output = started.network->mainOutput(clip.clone());  // it may write into it
      started.time = std::chrono::steady_clock::now() - begin;
      return started;
    } catch (const std::exception&) {
      if (ranOutOfMemory()) throw;
      if (!failure && !unlessInHalf) failure = std::current_exception();
    }
  }
  std::rethrow_exception(failure);
}

}  // namespace kinetorch::network
