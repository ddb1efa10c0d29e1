#include "native/network/load_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/StringUtil.h>
#include <torch/csrc/jit/api/module.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <chrono>
#include <string>
#include <utility>

#include "native/model/check_logits.h"
#include "native/network/graphed_network.h"
#include "native/network/random_clips.h"
#include "native/network/torchscript_network.h"
#include "native/network/tune_network.h"
#include "native/runtime/cuda_library.h"
#include "native/runtime/cudnn_settings.h"
#include "native/runtime/error.h"

namespace kinetorch::network {
namespace {

// See Note [Folding in float32].
std::unique_ptr<TorchScriptNetwork> freezeThatRuns(torch::jit::Module module, const at::Tensor& clip,
                                                   const preprocessing::InputSpec& input) {
  const auto freeze = [&](c10::ScalarType folding) {
    return std::make_unique<TorchScriptNetwork>(freezeNetwork(module, clip.device(), clip.scalar_type(), folding),
                                                input, clip.options());
  };
  if (clip.scalar_type() != at::kFloat) {
    try {
      auto network = freeze(at::kFloat);
      network->logits(clip);
      return network;
    } catch (const std::exception&) {
      if (ranOutOfMemory()) throw;
      // Its code asks for the kind of its weights; or it does not run at all, which comes out next.
    }
  }
  return freeze(clip.scalar_type());
}

std::string otherLabels(int64_t labels, int64_t logits) {
  return "expected as many labels as the model has logits, " + std::to_string(logits) + ", but received " +
         std::to_string(labels) + " labels";
}

// A load leaves much free memory between what it keeps, which glibc would not give back.
void releaseFreeMemory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace

std::unique_ptr<Network> loadNetwork(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                     int64_t numClasses, c10::Device device, c10::ScalarType precision,
                                     const OptimizeOptions& optimize) {
  torch::jit::Module module = file.module();
  if (!module.find_method("forward")) {
    throw Error("ERR_MODEL_FORWARD", "expected a TorchScript module with a forward method but this one has none");
  }
  c10::InferenceMode guard;
  try {
    configureCudnn(device, precision);
    const at::Tensor clip = randomClips(1, input).to(device, precision);
    std::unique_ptr<TorchScriptNetwork> network = freezeThatRuns(std::move(module), clip, input);
    const auto begin = std::chrono::steady_clock::now();
    const at::Tensor logits = network->logits(clip);
    const PlainRun plain{clip, logits, std::chrono::steady_clock::now() - begin};
    model::checkLogits(logits, numClasses, {c10::str("one clip of shape ", clip.sizes()), otherLabels});
    const bool isAsked = optimize.level != Optimization::kOff;
    if (isAsked && device.is_cuda()) {
      rewriteForCuda(*network, plain);
    } else if (isAsked && precision == at::kFloat) {
      tuneForCpu(*network, optimize, plain);
    }
    releaseFreeMemory();
    const CudaApi* const library = isAsked && device.is_cuda() ? cudaLibrary() : nullptr;
    if (!library) return network;
    return std::make_unique<GraphedNetwork>(std::move(network), input, clip.options(), *library);
  } catch (const Error&) {
    throw;
  } catch (...) {
    const Error error = currentError("ERR_MODEL_FORWARD");
    throw Error(error.code(), "expected a forward that maps N×3×T×H×W clips to N×classes logits but it failed: " +
                                  std::string(error.what()));
  }
}

}  // namespace kinetorch::network
