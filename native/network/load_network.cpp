#include "native/network/load_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <chrono>
#include <string>
#include <utility>

#include "native/model/module_io.h"
#include "native/network/graphed_network.h"
#include "native/network/random_clips.h"
#include "native/network/torchscript_network.h"
#include "native/network/tune_network.h"
#include "native/runtime/cuda_library.h"
#include "native/runtime/cudnn_settings.h"
#include "native/runtime/error.h"

namespace kinetorch::network {
namespace {

std::string shapeText(const at::Tensor& tensor) {
  std::string text = "[";
  for (int64_t i = 0; i < tensor.dim(); ++i) text += (i ? ", " : "") + std::to_string(tensor.size(i));
  return text + "]";
}

// The logits of one clip, if there are as many as there are classes.
at::Tensor checkedLogits(Network& network, const at::Tensor& clip, int64_t numClasses) {
  const at::Tensor out = network.logits(clip);
  if (out.dim() != 2 || out.size(0) != 1) {
    throw Error("ERR_MODEL_FORWARD", "expected logits of shape [1, classes] for one clip of shape " + shapeText(clip) +
                                         " but the model gave " + shapeText(out));
  }
  if (out.size(1) != numClasses) {
    throw Error("ERR_MODEL_METADATA", "expected as many labels as the model has logits, " +
                                          std::to_string(out.size(1)) + ", but received " + std::to_string(numClasses) +
                                          " labels");
  }
  return out;
}

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
      if (currentError("").code() == "ERR_OUT_OF_MEMORY") throw;
      // Its code asks for the kind of its weights; or it does not run at all, which comes out next.
    }
  }
  return freeze(clip.scalar_type());
}

// A load leaves much free memory between what it keeps, which glibc would not give back.
void releaseFreeMemory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace

std::unique_ptr<Network> loadNetwork(const formats::FileSource& source, const preprocessing::InputSpec& input,
                                     int64_t numClasses, c10::Device device, c10::ScalarType precision,
                                     const OptimizeOptions& optimize) {
  torch::jit::Module module = model::loadModule(source);
  if (!module.find_method("forward")) {
    throw Error("ERR_MODEL_FORWARD", "expected a TorchScript module with a forward method but this one has none");
  }
  c10::InferenceMode guard;
  try {
    configureCudnn(device, precision);
    const at::Tensor clip = randomClips(1, input).to(device, precision);
    std::unique_ptr<TorchScriptNetwork> network = freezeThatRuns(std::move(module), clip, input);
    const auto begin = std::chrono::steady_clock::now();
    PlainRun plain{clip, checkedLogits(*network, clip, numClasses), {}};
    plain.time = std::chrono::steady_clock::now() - begin;
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
