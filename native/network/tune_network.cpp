#include "native/network/tune_network.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <sstream>
#include <string>

#include "native/network/agreement.h"
#include "native/network/batch_sharing.h"
#include "native/network/passes/fuse_for_cpu.h"
#include "native/network/passes/fuse_for_cuda.h"
#include "native/network/passes/pad_channels.h"
#include "native/network/passes/quantise_for_cpu.h"
#include "native/network/random_clips.h"
#include "native/runtime/cuda_library.h"
#include "native/runtime/error.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::network {
namespace {

using Clock = std::chrono::steady_clock;
using Graph = torch::jit::Graph;

// Undefined where it fails: there are networks that take one clip at a time, and devices that a kernel is not for. Some
// write into their clips.
at::Tensor tryRun(Network& network, const at::Tensor& clips) {
  try {
    return network.mainOutput(clips.clone());
  } catch (const std::exception&) {
    if (ranOutOfMemory()) throw;
    return {};
  }
}

bool isPlausible(const at::Tensor& found, const at::Tensor& expected) {
  return found.sizes() == expected.sizes() && at::isfinite(found).all().item<bool>();
}

// Whether the network's graph, which `rewrite` changes, still gives the plain output; else the network stays as it was,
// with a warning. Graph and weights are rewritten where they are, so that nothing holds the plain ones afterwards. In
// int8 a random clip, which ranges were not made for, may give much else; the kernels are tested to give exact sums.
template <typename Rewrite>
bool takeRewritten(TorchScriptNetwork& network, const PlainRun& plain, bool isInt8, const Rewrite& rewrite) {
  const std::shared_ptr<Graph> plainGraph = network.graph()->copy();
  if (!rewrite(network.graph())) return false;
  network.setGraph(network.graph());
  const at::Tensor found = tryRun(network, plain.clip);
  const bool isRight =
      found.defined() && (isInt8 ? isPlausible(found, plain.output) : agree(found, plain.output, network.rounding()));
  if (isRight) return true;
  network.setGraph(plainGraph);
  network.addWarning(std::string("the network stays as LibTorch runs it, because the faster kernels ") +
                     (found.defined() ? "gave something else for" : "failed with") + " a random clip");
  return false;
}

}  // namespace

void tuneForCpu(TorchScriptNetwork& network, const OptimizeOptions& options, const PlainRun& plain) {
  CpuTuner tuner(network, options);
  if (!tuner.takeKernels(plain)) return;
  if (options.maxBatchSize > 1 && options.measureMs > 0) tuner.chooseSharing(plain);
  tuner.finish();
}

void rewriteForCuda(TorchScriptNetwork& network, const PlainRun& plain) {
  takeRewritten(network, plain, /*isInt8=*/false, [&](const std::shared_ptr<Graph>& graph) {
    if (plain.clip.scalar_type() != at::kFloat) padChannels(graph);
    fuseForCuda(graph, cudaLibrary());
    return true;
  });
}

CpuTuner::CpuTuner(TorchScriptNetwork& network, const OptimizeOptions& options)
    : network_(network),
      options_(options),
      context_(std::make_shared<ConvolutionContext>(
          options.level, options.planFolder.empty() ? "" : options.planFolder + '/' + planFileName(),
          options.maxWeightBytes)) {}

bool CpuTuner::takeKernels(const PlainRun& plain) {
  const NetworkQuantisation& quantisation = options_.quantisation;
  const bool isInt8 =
      std::any_of(quantisation.begin(), quantisation.end(), [](const auto& each) { return each.isInt8; });
  const bool taken = takeRewritten(network_, plain, isInt8, [&](const std::shared_ptr<Graph>& graph) {
    layers_ = fuseForCpu(graph, context_);
    if (layers_.empty()) return false;
    if (isInt8) layers_ = quantiseForCpu(graph, layers_, quantisation, context_);
    slice_ = Milliseconds(options_.measureMs / static_cast<double>(layers_.size()));
    context_->setMeasuringTime(slice_);
    return true;
  });
  const auto isOfBytes = [](const auto& layer) { return layer->layer().elementKind() == kernels::ElementKind::kInt8; };
  if (taken && std::any_of(layers_.begin(), layers_.end(), isOfBytes)) network_.setInt8();
  return taken;
}

void CpuTuner::chooseSharing(const PlainRun& plain) {
  // The kernels take about half as long as the plain network.
  const bool isAffordable =
      plain.time.count() / 2 * static_cast<double>(options_.maxBatchSize) < options_.measureMs / 3;
  const int threads = parallelThreads();
  const bool isChoice = threads > 1 && options_.maxBatchSize >= threads && canShareClips(network_.graph());
  std::optional<BatchSharing> known;
  if (isChoice) {
    const std::string key = sharingKey();
    known = context_->store().findSharing(key);
    if (!known && isAffordable) {
      context_->setMeasuringTime(slice_ / 8);
      const BatchSharing fastest = fastestSharing();
      context_->store().putSharing(key, fastest);
      share(fastest);
      return;  // the largest batch has been measured
    } else if (known) {
      share(*known);
    }
  }
  // Where it was known, larger batches were measured before.
  if (known || !isAffordable) return;
  context_->setMeasuringTime(slice_ / 4);
  tryRun(network_, randomClips(options_.maxBatchSize, network_.input()));
}

void CpuTuner::share(BatchSharing sharing) {
  network_.share(sharing);
  const int threads = parallelThreads();
  for (const auto& layer : layers_) {
    layer->forget([&](int64_t size, int team) {
      if (sharing == BatchSharing::kLayers) return team == 1;
      return team == 1 ? sharing == BatchSharing::kClips && size > 1 : size >= threads;
    });
  }
}

void CpuTuner::finish() {
  context_->setMeasuringTime(Milliseconds(0));
  CpuConvolution::releaseWorkspaces();
  for (const auto& layer : layers_) {
    network_.addBytes(-layer->countedBytes());
    layer->finishMeasuring();
    network_.addBytes(layer->bytes());
  }
  context_->store().save();
}

BatchSharing CpuTuner::fastestSharing() {
  const at::Tensor clips = randomClips(options_.maxBatchSize, network_.input());
  at::Tensor expected;
  BatchSharing fastest = BatchSharing::kLayers;
  Milliseconds shortest = timeOf(fastest, clips, expected);
  if (!expected.defined()) return fastest;
  for (const BatchSharing sharing : {BatchSharing::kParts, BatchSharing::kClips}) {
    const Milliseconds took = timeOf(sharing, clips, expected);
    if (took >= shortest) continue;
    shortest = took;
    fastest = sharing;
  }
  return fastest;
}

CpuTuner::Milliseconds CpuTuner::timeOf(BatchSharing sharing, const at::Tensor& clips, at::Tensor& expected) {
  network_.share(sharing);
  constexpr int kRepeats = 3;  // the first chooses plans
  Milliseconds best = Milliseconds::max();
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const Clock::time_point begin = Clock::now();
    const at::Tensor found = tryRun(network_, clips);
    const Milliseconds took = Clock::now() - begin;
    if (!found.defined()) return Milliseconds::max();
    if (!expected.defined()) expected = found;
    if (!agree(found, expected, network_.rounding())) return Milliseconds::max();
    best = std::min(best, took);
  }
  return best;
}

std::string CpuTuner::sharingKey() const {
  std::string names;
  for (const auto& layer : layers_) names += layer->name() + '\n';
  const preprocessing::InputSpec& input = network_.input();
  std::ostringstream key;
  key << "sharing " << options_.maxBatchSize << ' ' << std::hex << std::hash<std::string>()(names) << std::dec << " on "
      << input.frames << 'x' << input.height << 'x' << input.width << " by " << parallelThreads();
  return key.str();
}

}  // namespace kinetorch::network
