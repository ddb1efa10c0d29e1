#include "native/network/load_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/StringUtil.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <string>
#include <utility>

#include "native/model/check_logits.h"
#include "native/network/check_batches.h"
#include "native/network/graphed_network.h"
#include "native/network/probability_outputs.h"
#include "native/network/random_clips.h"
#include "native/network/start_network.h"
#include "native/network/tune_network.h"
#include "native/runtime/cuda_library.h"
#include "native/runtime/cudnn_settings.h"
#include "native/runtime/error.h"

namespace kinetorch::network {
namespace {

// For a batch of the largest size; batches that would take longer are run in parts.
constexpr double kCheckingMs = 2000;

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

// See Note [What was seen to run is what runs].
class Loading {
 public:
  Loading(const model::ModelFile& file, const preprocessing::InputSpec& input, const ExpectedOutputs& expected,
          const at::TensorOptions& options, const OptimizeOptions& optimize)
      : file_(file), input_(input), expected_(expected), options_(options), optimize_(optimize) {}

  std::unique_ptr<TorchScriptNetwork> load() {
    const at::Tensor clip = randomClips(1, input_).to(options_);
    StartedNetwork started = startNetwork(file_, input_, clip, expected_.purpose);
    check(started.output, clip);
    plain_ = {clip, started.output, started.time};
    kinds_ = started.kinds;
    std::unique_ptr<TorchScriptNetwork> network = std::move(started.network);
    if (!started.keepsClipsApart) {
      precision_ = network->rounding();
      const std::optional<ClipsAlone> alone = findUnlikeClips(*network, input_, options_, precision_);
      if (!alone) {
        runUnchecked(*network);
      } else if (!started.staysAsItIs) {
        network = makeFasterChecked(std::move(network), *alone);
      } else if (!takeBatches(*network, *alone)) {
        runOneByOne(*network);
      }
    } else if (!started.staysAsItIs) {
      makeFaster(*network);
    }
    if (expected_.purpose == Purpose::kClassify) tellProbabilities(*network);
    return network;
  }

 private:
  void check(const at::Tensor& output, const at::Tensor& clip) const {
    const std::string described = c10::str("one clip of shape ", clip.sizes());
    if (expected_.purpose == Purpose::kClassify) {
      model::checkLogits(output, expected_.numClasses, {described, otherLabels});
    } else if (output.sizes() != clip.sizes()) {
      throw Error("ERR_MODEL_FORWARD",
                  c10::str("expected reconstruct to give ", described, " in that shape but it gave ", output.sizes()));
    }
  }

  void makeFaster(TorchScriptNetwork& network) const {
    if (optimize_.level == Optimization::kOff) return;
    if (options_.device().is_cuda()) {
      rewriteForCuda(network, plain_);
    } else if (plain_.clip.scalar_type() == at::kFloat) {
      tuneForCpu(network, optimize_, plain_);
    }
  }

  std::unique_ptr<TorchScriptNetwork> makeFasterChecked(std::unique_ptr<TorchScriptNetwork> network,
                                                        const ClipsAlone& alone) const {
    network->takeChannelsLast();
    makeFaster(*network);
    ClipsAlone faster = alone;
    // In int8 each clip gets something else than in float32, but the same in every batch.
    if (network->isInt8()) faster.outputs = runEachAlone(*network, alone.clips);
    const bool runsAlone = isRightInBatch(*network, faster, 1, precision_);
    if (runsAlone && takeBatches(*network, faster)) return network;
    auto own = freezeAgain(file_, input_, options_, kinds_, expected_.purpose);
    const bool takesBatches = takeBatches(*own, alone);
    if (takesBatches || !runsAlone) {
      network = std::move(own);
      network->addWarning(
          "the network runs in its own order of memory and without faster kernels: with them it failed, or gave "
          "something else for random clips");
    }
    if (!takesBatches) runOneByOne(*network);
    return network;
  }

  static void runOneByOne(TorchScriptNetwork& network) {
    network.setLargestBatch(1);
    network.addWarning(
        "the network takes one clip at a time, and batches run one by one: several random clips at once made it fail, "
        "or got something else than each alone");
  }

  // Nothing would tell that anything else is wrong.
  static void runUnchecked(TorchScriptNetwork& network) {
    network.setLargestBatch(1);
    network.addWarning(
        "the network runs as its file has it, one clip at a time and without faster kernels: it gave nearly the "
        "same for all random clips, or no numbers, so that nothing else can be checked");
  }

  // Whether it is right for several clips at once; for as many as may come, or else it takes them in parts.
  bool takeBatches(TorchScriptNetwork& network, const ClipsAlone& alone) const {
    const int64_t wanted = optimize_.maxBatchSize;
    if (wanted == 1) return true;
    if (!isRightInBatch(network, alone, 2, precision_)) return false;
    const auto affordable = static_cast<int64_t>(kCheckingMs / std::max(alone.time.count(), 1e-3));
    int64_t size = std::min(wanted, std::max<int64_t>(affordable, 2));
    const int64_t tried = size;
    while (size > 2 && !isRightInBatch(network, alone, size, precision_)) {
      size = std::max<int64_t>(size / 2, 2);
    }
    if (size == wanted) return true;
    network.setLargestBatch(size);
    const std::string reason =
        size < tried
            ? c10::str("of ", tried, " at once the network failed, or gave something else than for each alone")
            : c10::str("to try more at once would have taken longer than ", kCheckingMs / 1000, " s while loading");
    network.addWarning(c10::str("batches run in parts of ", size, " clips: ", reason));
    return true;
  }

  void tellProbabilities(TorchScriptNetwork& network) const {
    if (expected_.probabilities) return network.setGivesProbabilities(checked(*expected_.probabilities));
    // By chance one clip's may look so.
    auto signs = probabilitySigns(*network.graph(), plain_.output);
    if (signs) signs = probabilitySigns(*network.graph(), runEachAlone(network, randomClips(2, input_).to(options_)));
    if (!signs) return;
    network.setGivesProbabilities(signs->isCertain);
    network.addWarning("the network seems to give probabilities instead of logits, for " + signs->reason +
                       (signs->isCertain ? ": they are taken as they are" : ", and are taken for logits all the same") +
                       "; say which with the option output, 'probabilities' or 'logits'");
  }

  bool checked(bool areProbabilities) const {
    const double smallest = plain_.output.min().item<double>();
    const double largest = plain_.output.max().item<double>();
    if (!areProbabilities || !(smallest < 0 || largest > 1.001)) return areProbabilities;
    throw Error("ERR_MODEL_METADATA", c10::str("expected probabilities, as the option output says, but the model gave "
                                               "numbers from ",
                                               smallest, " to ", largest, " for a random clip"));
  }

  const model::ModelFile& file_;
  const preprocessing::InputSpec& input_;
  const ExpectedOutputs& expected_;
  const at::TensorOptions options_;
  const OptimizeOptions& optimize_;
  PlainRun plain_;
  NumberKinds kinds_;
  c10::ScalarType precision_ = at::kFloat;
};

}  // namespace

std::unique_ptr<Network> loadNetwork(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                     const ExpectedOutputs& expected, c10::Device device, c10::ScalarType precision,
                                     const OptimizeOptions& optimize) {
  c10::InferenceMode guard;
  try {
    configureCudnn(device, precision);
    const at::TensorOptions options = at::TensorOptions(precision).device(device);
    std::unique_ptr<TorchScriptNetwork> network = Loading(file, input, expected, options, optimize).load();
    releaseFreeMemory();
    const bool isGraphed = optimize.level != Optimization::kOff && device.is_cuda();
    const CudaApi* const library = isGraphed ? cudaLibrary() : nullptr;
    if (!library) return network;
    return std::make_unique<GraphedNetwork>(std::move(network), input, options, *library);
  } catch (...) {
    throw currentError("ERR_MODEL_FORWARD");
  }
}

}  // namespace kinetorch::network
