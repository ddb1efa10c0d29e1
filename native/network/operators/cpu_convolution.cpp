#include "native/network/operators/cpu_convolution.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <sstream>
#include <utility>

#include "native/network/operators/fastest_choice.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::network {
namespace {

using Clock = std::chrono::steady_clock;

bool operator==(const kernels::ClipSize& a, const kernels::ClipSize& b) {
  return a.batch == b.batch && a.frames == b.frames && a.height == b.height && a.width == b.width;
}

// But for the channels, which may be filled up.
bool isOfSize(const at::Tensor& tensor, const kernels::ClipSize& size) {
  return tensor.dim() == 5 && tensor.size(0) == size.batch && tensor.size(2) == size.frames &&
         tensor.size(3) == size.height && tensor.size(4) == size.width;
}

}  // namespace

CpuConvolution::CpuConvolution(std::unique_ptr<CpuLayer> layer, bool relu, std::shared_ptr<ConvolutionContext> context)
    : layer_(std::move(layer)), relu_(relu), context_(std::move(context)) {}

at::Tensor CpuConvolution::run(const at::Tensor& input, const at::Tensor& residual) {
  if (input.dim() == 4) {
    return run(input.unsqueeze(0), residual.defined() && residual.dim() == 4 ? residual.unsqueeze(0) : residual)
        .squeeze(0);
  }
  const kernels::ConvLayer& layer = layer_->layer();
  TORCH_CHECK(input.dim() == 5 && input.size(1) == layer_->inputChannels(), "expected clips of ",
              layer_->inputChannels(), " channels but received ", input.sizes());
  TORCH_CHECK(input.scalar_type() == layer_->inputType(), "expected ", layer_->inputType(), " but received ",
              input.scalar_type());
  const at::Tensor dense = input.contiguous(at::MemoryFormat::ChannelsLast3d);
  const kernels::ClipSize size{dense.size(0), dense.size(2), dense.size(3), dense.size(4)};
  const kernels::ClipSize out = kernels::outputSize(layer, size);
  TORCH_CHECK(std::min({out.frames, out.height, out.width}) > 0, "expected clips that are no smaller than a kernel of ",
              at::IntArrayRef(layer.kernel), " but received ", input.sizes());
  if (out.batch == 0) {
    return at::empty({0, layer_->outputChannels(), out.frames, out.height, out.width},
                     dense.options().dtype(layer_->outputType()), at::MemoryFormat::ChannelsLast3d);
  }
  if (!residual.defined()) return run({size, dense, residual, relu_});
  if (isOfSize(residual, out) && layer_->canAdd(residual)) {
    return run({size, dense, residual.contiguous(at::MemoryFormat::ChannelsLast3d), relu_});
  }
  TORCH_CHECK(layer_->outputType() == at::kFloat && residual.scalar_type() == at::kFloat,
              "expected a residual of the output's size but received ", residual.sizes());
  const at::Tensor sum = run({size, dense, at::Tensor(), false}).add(residual);
  return relu_ ? sum.relu() : sum;
}

at::Tensor CpuConvolution::run(const Call& call) { return layer_->run(choiceFor(call), call); }

ConvChoice CpuConvolution::choiceFor(const Call& call) {
  const std::lock_guard<std::mutex> lock(context_->mutex());
  const int threads = parallelThreads();
  const auto known = std::find_if(choices_.begin(), choices_.end(), [&](const SizeChoice& each) {
    return each.size == call.size && each.threads == threads;
  });
  if (known != choices_.end()) return known->choice;
  PlanStore& store = context_->store();
  const std::string key = keyOf(call);
  const ConvChoice* const stored = store.find(key);
  ConvChoice choice;
  if (stored && layer_->isUsable(*stored, call.size)) {
    choice = *stored;
  } else if (context_->measuringTime().count() > 0) {
    choice = measuredChoice(call);
    store.put(key, choice);
  } else {
    choice = choiceByRule(call.size);
  }
  choices_.push_back({call.size, threads, choice});
  releaseUnused();
  return choice;
}

ConvChoice CpuConvolution::measuredChoice(const Call& call) {
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(context_->measuringTime());
  const auto packed = [&](kernels::ConvAlgorithm algorithm) { return layer_->packed(algorithm); };
  const auto run = [&](const ConvChoice& choice) { layer_->run(choice, call); };
  return fastestChoice(preferredAlgorithms(), packed, run, layer_->hasLibrary(), call.size, deadline);
}

// What was best for another batch of the same clips, else the algorithm of the fewest multiplications.
ConvChoice CpuConvolution::choiceByRule(const kernels::ClipSize& size) {
  if (!choices_.empty() && !choices_.front().choice) return std::nullopt;
  for (const kernels::ConvAlgorithm algorithm : preferredAlgorithms()) {
    if (const kernels::PackedConv* const weights = layer_->packed(algorithm))
      return kernels::defaultPlan(*weights, size, parallelThreads());
  }
  return std::nullopt;
}

bool CpuConvolution::isChosen(kernels::ConvAlgorithm algorithm) const {
  return std::any_of(choices_.begin(), choices_.end(),
                     [&](const SizeChoice& each) { return each.choice && each.choice->algorithm == algorithm; });
}

// Those that were best for other sizes first.
std::vector<kernels::ConvAlgorithm> CpuConvolution::preferredAlgorithms() const {
  std::vector<kernels::ConvAlgorithm> preferred = layer_->algorithms();
  std::stable_partition(preferred.begin(), preferred.end(),
                        [&](kernels::ConvAlgorithm algorithm) { return isChosen(algorithm); });
  return preferred;
}

void CpuConvolution::releaseUnused() {
  layer_->keepPacked([&](kernels::ConvAlgorithm algorithm) { return isChosen(algorithm); });
}

void CpuConvolution::forget(const std::function<bool(int64_t batch, int threads)>& isUnused) {
  const auto last = std::remove_if(choices_.begin(), choices_.end(),
                                   [&](const SizeChoice& each) { return isUnused(each.size.batch, each.threads); });
  choices_.erase(last, choices_.end());
  releaseUnused();
}

void CpuConvolution::finishMeasuring() {
  const auto usesLibrary = [](const SizeChoice& each) { return !each.choice; };
  if (std::none_of(choices_.begin(), choices_.end(), usesLibrary) && !choices_.empty()) layer_->releasePlain();
}

// LibTorch's own convolution pays more for a residual than the kernels do.
std::string CpuConvolution::keyOf(const Call& call) const {
  std::ostringstream text;
  const kernels::ClipSize& size = call.size;
  text << name() << (call.residual.defined() ? " plus residual" : "") << " on " << size.batch << 'x' << size.frames
       << 'x' << size.height << 'x' << size.width << " by " << parallelThreads()
       << (context_->level() == Optimization::kExact ? " exact" : "");
  return text.str();
}

}  // namespace kinetorch::network
