#include "native/network/network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "native/network/agreement.h"
#include "native/network/batch_sharing.h"
#include "native/network/frozen_network.h"
#include "native/network/graphed_network.h"
#include "native/network/passes/fuse_for_cpu.h"
#include "native/network/passes/fuse_for_cuda.h"
#include "native/network/passes/pad_channels.h"
#include "native/network/random_clips.h"
#include "native/runtime/block_cache.h"
#include "native/runtime/cuda_library.h"
#include "native/runtime/cudnn_settings.h"
#include "native/runtime/error.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::network {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
using Layers = std::vector<c10::intrusive_ptr<CpuConvolution>>;

// Note [No graph executor]
// Freezing has already done the optimising. Module::forward would add the profiling executor, which runs slowly and
// specialises anew for the first batches of every shape; the bare interpreter treats the first clip like the last.
class TorchScriptNetwork : public Network {
 public:
  TorchScriptNetwork(FrozenNetwork frozen, const preprocessing::InputSpec& input, const at::TensorOptions& options)
      : input_(input),
        options_(options),
        self_(frozen.module._ivalue()),
        weight_(std::move(frozen.weight)),
        bias_(std::move(frozen.bias)),
        bytes_(frozen.bytes) {
    const torch::jit::Method forward = frozen.module.get_method("forward");
    forward_ = &forward.function().getSchema();
    graph_ = forward.graph();
    code_ = torch::jit::Code(graph_, "forward");
  }

  // Gives the convolutions to the kernels that are fastest for `clip`; where there is time, for the largest batch too,
  // and chooses how threads share it. Where its logits then differ by more than rounding from the `expected` ones,
  // which took the plain network `plainTime`, the network stays as it was.
  void optimize(const OptimizeOptions& options, const at::Tensor& clip, const at::Tensor& expected,
                Milliseconds plainTime) {
    keepPlain();
    const std::string path = options.planFolder.empty() ? "" : options.planFolder + '/' + planFileName();
    const auto context = std::make_shared<ConvolutionContext>(options.level, path, options.maxWeightBytes);
    const auto layers = fuseForCpu(graph_, context);
    if (layers.empty()) return;
    const KeptBlocks blocks;  // as when clips are classified
    const Milliseconds slice(options.measureMs / static_cast<double>(layers.size()));
    context->setMeasuringTime(slice);
    if (!takeRewritten(clip, expected)) return;
    if (options.maxBatchSize > 1 && options.measureMs > 0) {
      // The kernels take about half as long as the plain network.
      const bool isAffordable =
          plainTime.count() / 2 * static_cast<double>(options.maxBatchSize) < options.measureMs / 3;
      context->setMeasuringTime(slice / 8);
      const bool wasKnown = chooseSharing(options, layers, context->store(), isAffordable);
      context->setMeasuringTime(slice / 4);
      if (isAffordable && !wasKnown) tryLogits(randomClips(options.maxBatchSize, input_));
    }
    context->setMeasuringTime(Milliseconds(0));
    CpuConvolution::releaseWorkspaces();
    for (const auto& layer : layers) {
      bytes_ -= layer->plainBytes();  // as parameters they were counted
      layer->finishMeasuring();
      bytes_ += layer->bytes();
    }
    context->store().save();
  }

  // Likewise for CUDA: widths that suit tensor cores, and fewer passes over memory.
  void optimizeForCuda(const at::Tensor& clip, const at::Tensor& expected) {
    keepPlain();
    if (clip.scalar_type() != at::kFloat) padChannels(graph_);
    fuseForCuda(graph_, cudaLibrary());
    takeRewritten(clip, expected);
  }

  at::Tensor logits(const at::Tensor& clips) override {
    at::Tensor out = run(clips);
    if (canEmbed()) out = at::linear(out, weight_, bias_);
    return out.to(at::kFloat);
  }

  at::Tensor embed(const at::Tensor& clips) override { return run(clips).to(at::kFloat); }

  bool canEmbed() const override { return weight_.defined(); }

  int64_t bytes() const override { return bytes_; }

  const std::string& warning() const override { return warning_; }

  void warmUp(const std::vector<int64_t>& batchSizes) override {
    if (options_.device().is_cpu()) return;
    const c10::InferenceMode guard;
    for (const int64_t size : batchSizes) logits(randomClips(size, input_).to(options_));
  }

 private:
  // Runs a copy of the graph, and keeps its weights, until what the graph is rewritten to has been compared with it.
  void keepPlain() { code_ = torch::jit::Code(graph_->copy(), "forward"); }

  // Whether the rewritten graph gives the `expected` logits; else the network stays as it was, with a warning.
  bool takeRewritten(const at::Tensor& clip, const at::Tensor& expected) {
    const auto plain = std::exchange(code_, torch::jit::Code(graph_, "forward"));
    const at::Tensor found = tryLogits(clip);
    if (found.defined() && agree(found, expected, clip.scalar_type())) return true;
    code_ = plain;
    warning_ = std::string("the network stays as LibTorch runs it, because the faster kernels ") +
               (found.defined() ? "gave other logits for" : "failed with") + " a random clip";
    return false;
  }

  // Undefined where it fails: there are networks that take one clip at a time, and devices that a kernel is not for.
  at::Tensor tryLogits(const at::Tensor& clips) {
    try {
      return logits(clips);
    } catch (const std::exception&) {
      if (ranOutOfMemory()) throw;
      return {};
    }
  }

  // By what is known, or by measuring where that is affordable. Whether it was known, and larger batches measured
  // before.
  bool chooseSharing(const OptimizeOptions& options, const Layers& layers, PlanStore& store, bool isAffordable) {
    const int threads = parallelThreads();
    if (threads == 1 || options.maxBatchSize < threads || !canShareClips(graph_)) return false;
    std::string names;
    for (const auto& layer : layers) names += layer->name() + '\n';
    std::ostringstream key;
    key << "by clips " << std::hex << std::hash<std::string>()(names) << std::dec << " on " << input_.frames << 'x'
        << input_.height << 'x' << input_.width << " by " << threads;
    const std::optional<bool> known = options.byClips ? options.byClips : store.findDecision(key.str());
    if (!known && !isAffordable) return false;
    byClips_ = known ? *known : isFasterByClips(randomClips(threads, input_));
    if (!known) store.putDecision(key.str(), byClips_);
    for (const auto& layer : layers) {
      layer->forget([&](int64_t size, int team) { return byClips_ ? team > 1 && size >= threads : team == 1; });
    }
    return known.has_value();
  }

  bool isFasterByClips(const at::Tensor& clips) {
    const auto time = [&](bool byClips, at::Tensor& found) {
      byClips_ = byClips;
      constexpr int kRepeats = 3;  // the first chooses plans
      Milliseconds best = Milliseconds::max();
      for (int repeat = 0; repeat < kRepeats; ++repeat) {
        const Clock::time_point begin = Clock::now();
        found = tryLogits(clips);
        best = std::min(best, Milliseconds(Clock::now() - begin));
      }
      return best;
    };
    at::Tensor logitsByLayers;
    at::Tensor logitsByClips;
    const Milliseconds byLayers = time(false, logitsByLayers);
    if (!logitsByLayers.defined()) return false;
    return time(true, logitsByClips) < byLayers && logitsByClips.defined() &&
           agree(logitsByClips, logitsByLayers, at::kFloat);
  }

  at::Tensor run(const at::Tensor& clips) {
    if (!byClips_) return runTogether(clips);
    return runByClips(clips, [this](const at::Tensor& some) { return runTogether(some); });
  }

  at::Tensor runTogether(const at::Tensor& clips) {
    torch::jit::Stack stack{self_, clips};
    forward_->checkAndNormalizeInputs(stack);  // fills in default arguments
    torch::jit::InterpreterState(code_).run(stack);
    const c10::IValue out = std::move(stack.back());
    if (!out.isTensor()) {
      throw Error("ERR_MODEL_FORWARD",
                  "expected forward to return one tensor of logits but it returned " + out.type()->annotation_str());
    }
    return out.toTensor();
  }

  preprocessing::InputSpec input_;
  at::TensorOptions options_;  // of the clips
  torch::jit::ModulePtr self_;
  const c10::FunctionSchema* forward_ = nullptr;  // belongs to self_'s class
  std::shared_ptr<torch::jit::Graph> graph_;
  torch::jit::Code code_;
  at::Tensor weight_;
  at::Tensor bias_;
  int64_t bytes_ = 0;
  bool byClips_ = false;  // Note [Sharing a batch]
  std::string warning_;
};

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
      if (ranOutOfMemory()) throw;
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
    const Clock::time_point begin = Clock::now();
    const at::Tensor logits = checkedLogits(*network, clip, numClasses);
    const Milliseconds plainTime = Clock::now() - begin;
    const bool isAsked = optimize.level != Optimization::kOff;
    if (isAsked && (device.is_cuda() || optimize.asForCuda)) {
      network->optimizeForCuda(clip, logits);
    } else if (isAsked && precision == at::kFloat) {
      network->optimize(optimize, clip, logits, plainTime);
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
