#include "native/model/network.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
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

#include "native/model/batch_sharing.h"
#include "native/model/fuse_convolutions.h"
#include "native/model/module_io.h"
#include "native/runtime/block_cache.h"
#include "native/runtime/error.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
using Layers = std::vector<c10::intrusive_ptr<FusedConvolution>>;

// The same for every model; LibTorch's own generator is left as it is.
at::Tensor randomClips(int64_t count, const InputSpec& input) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(0);
  return at::randn({count, 3, input.frames, input.height, input.width}, generator)
      .contiguous(at::MemoryFormat::ChannelsLast3d);
}

// Up to rounding, of which Winograd's algorithms have the most: about 1e-5 of the largest logit (docs/performance.md).
bool agree(const at::Tensor& found, const at::Tensor& expected) {
  constexpr double kTolerance = 1e-3;
  const double largest = expected.nan_to_num(0, 0, 0).abs().max().item<double>();
  return at::allclose(found, expected, kTolerance, kTolerance * largest, /*equal_nan=*/true);
}

// Note [Embedding and logits from one frozen graph]
// Freezing two methods folds the batch norms into two copies of every convolution's weights. So where the module has
// `embed` and a final `fc`, only `embed` is frozen and the last layer is applied here; `forward` would do the same.
// That is known of networks made here alone, which their class names tell; of others only `forward` is used.
//
// Note [No graph executor]
// Freezing has already done the optimising. Module::forward would add the profiling executor, which runs slowly and
// specialises anew for the first batches of every shape; the bare interpreter treats the first clip like the last.
class TorchScriptNetwork : public Network {
 public:
  TorchScriptNetwork(torch::jit::Module module, c10::Device device, c10::ScalarType precision) {
    module.eval();
    module.to(device, precision);
    for (const at::Tensor& tensor : module.parameters()) bytes_ += static_cast<int64_t>(tensor.nbytes());
    if (isOurs(module)) {
      const auto fc = module.attr("fc").toModule();
      weight_ = fc.attr("weight").toTensor().detach();
      bias_ = fc.attr("bias").toTensor().detach();
      module = embedOnly(module);
    }
    for (at::Tensor parameter : module.parameters()) {
      // NDHWC: oneDNN's fast path for every convolution, and the depthwise ones above all (docs/architecture.md).
      if (parameter.dim() == 5) parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast3d));
    }
    const torch::jit::Module frozen = torch::jit::freeze(module);
    self_ = frozen._ivalue();
    const torch::jit::Method forward = frozen.get_method("forward");
    forward_ = &forward.function().getSchema();
    graph_ = forward.graph();
    code_ = torch::jit::Code(graph_, "forward");
  }

  // Gives the convolutions to the kernels that are fastest for `clip`; where there is time, for the largest batch too,
  // and chooses how threads share it. Where its logits then differ by more than rounding from the `expected` ones,
  // which took the plain network `plainTime`, the network stays as it was.
  void optimize(const OptimizeOptions& options, const InputSpec& input, const at::Tensor& clip,
                const at::Tensor& expected, Milliseconds plainTime) {
    // Keeps the convolutions' weights until the outputs have been compared.
    code_ = torch::jit::Code(graph_->copy(), "forward");
    const std::string path = options.planFolder.empty() ? "" : options.planFolder + '/' + planFileName();
    const auto context = std::make_shared<ConvolutionContext>(options.level, path, options.maxWeightBytes);
    const auto layers = fuseConvolutions(graph_, context);
    if (layers.empty()) return;
    const KeptBlocks blocks;  // as when clips are classified
    const Milliseconds slice(options.measureMs / static_cast<double>(layers.size()));
    const auto original = std::exchange(code_, torch::jit::Code(graph_, "forward"));
    context->setMeasuringTime(slice);
    if (!agree(logits(clip), expected)) {
      code_ = original;
      warning_ =
          "the network stays as LibTorch runs it, because the faster kernels gave other logits for a random clip";
      return;
    }
    if (options.maxBatchSize > 1 && options.measureMs > 0) {
      // The kernels take about half as long as the plain network.
      const bool isAffordable =
          plainTime.count() / 2 * static_cast<double>(options.maxBatchSize) < options.measureMs / 3;
      context->setMeasuringTime(slice / 8);
      const bool wasKnown = chooseSharing(options, input, layers, context->store(), isAffordable);
      context->setMeasuringTime(slice / 4);
      if (isAffordable && !wasKnown) tryLogits(randomClips(options.maxBatchSize, input));
    }
    context->setMeasuringTime(Milliseconds(0));
    FusedConvolution::releaseWorkspaces();
    for (const auto& layer : layers) {
      bytes_ -= layer->plainBytes();  // as parameters they were counted
      layer->finishMeasuring();
      bytes_ += layer->bytes();
    }
    context->store().save();
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

 private:
  static bool isOurs(const torch::jit::Module& module) {
    const std::string name = module.type()->name()->qualifiedName();
    return name.rfind("__torch__.kinetorch.", 0) == 0 && module.find_method("embed") && module.hasattr("fc");
  }

  // The same module with `embed` as its forward.
  static torch::jit::Module embedOnly(const torch::jit::Module& whole) {
    torch::jit::Module body(c10::QualifiedName("__torch__.kinetorch.Body"), whole._ivalue()->compilation_unit(),
                            /*shouldMangle=*/true);
    body.register_attribute("training", c10::BoolType::get(), false);
    body.register_module("network", whole);
    body.define("def forward(self, x: Tensor) -> Tensor:\n    return self.network.embed(x)\n");
    return body;
  }

  // There are networks that take one clip at a time; undefined.
  at::Tensor tryLogits(const at::Tensor& clips) {
    try {
      return logits(clips);
    } catch (const std::exception&) {
      return {};
    }
  }

  // By what is known, or by measuring where that is affordable. Whether it was known, and larger batches measured
  // before.
  bool chooseSharing(const OptimizeOptions& options, const InputSpec& input, const Layers& layers, PlanStore& store,
                     bool isAffordable) {
    const int threads = parallelThreads();
    if (threads == 1 || options.maxBatchSize < threads || !canShareClips(graph_)) return false;
    std::string names;
    for (const auto& layer : layers) names += layer->name() + '\n';
    std::ostringstream key;
    key << "by clips " << std::hex << std::hash<std::string>()(names) << std::dec << " on " << input.frames << 'x'
        << input.height << 'x' << input.width << " by " << threads;
    const std::optional<bool> known = options.byClips ? options.byClips : store.findDecision(key.str());
    if (!known && !isAffordable) return false;
    byClips_ = known ? *known : isFasterByClips(randomClips(threads, input));
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
    return time(true, logitsByClips) < byLayers && logitsByClips.defined() && agree(logitsByClips, logitsByLayers);
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

// A load leaves much free memory between what it keeps, which glibc would not give back.
void releaseFreeMemory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace

std::unique_ptr<Network> loadNetwork(const ModelSource& source, const InputSpec& input, int64_t numClasses,
                                     c10::Device device, c10::ScalarType precision, const OptimizeOptions& optimize) {
  torch::jit::Module module = loadModule(source);
  if (!module.find_method("forward")) {
    throw Error("ERR_MODEL_FORWARD", "expected a TorchScript module with a forward method but this one has none");
  }
  c10::InferenceMode guard;
  try {
    auto network = std::make_unique<TorchScriptNetwork>(std::move(module), device, precision);
    const at::Tensor clip = randomClips(1, input).to(device, precision);
    const Clock::time_point begin = Clock::now();
    const at::Tensor logits = checkedLogits(*network, clip, numClasses);
    const Milliseconds plainTime = Clock::now() - begin;
    if (optimize.level != Optimization::kOff && device.is_cpu() && precision == at::kFloat) {
      network->optimize(optimize, input, clip, logits, plainTime);
    }
    releaseFreeMemory();
    return network;
  } catch (const Error&) {
    throw;
  } catch (...) {
    const Error error = currentError("ERR_MODEL_FORWARD");
    throw Error(error.code(), "expected a forward that maps N×3×T×H×W clips to N×classes logits but it failed: " +
                                  std::string(error.what()));
  }
}

}  // namespace kinetorch
