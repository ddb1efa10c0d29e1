#include "native/network/operators/cpu_convolution.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <utility>

#include "native/runtime/parallel_for.h"

namespace kinetorch::network {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRepeats = 3;
// LibTorch's convolution must be faster than the kernels by this: on a busy machine chance decides where both are
// alike, and it keeps the plain weights in memory.
constexpr double kLibraryMargin = 1.15;
// More than any layer needs: a plan that asks for it was not measured here.
constexpr size_t kMaxWorkspaceBytes = size_t{1} << 30;

// The kernels on LibTorch's threads.
class LibTorchThreads final : public kernels::ParallelFor {
 public:
  int threads() const override { return parallelThreads(); }
  void run(int count, kernels::Task task) override {
    parallelFor(count, [task](int64_t begin, int64_t end) {
      for (int64_t index = begin; index < end; ++index) task(static_cast<int>(index));
    });
  }
};

thread_local kernels::AlignedBuffer scratchMemory;

// Scratch memory of this thread, aligned; the same until more is asked for.
void* workspace(size_t bytes) {
  if (scratchMemory.size() * sizeof(float) < bytes) {
    scratchMemory = kernels::AlignedBuffer();
    scratchMemory = kernels::AlignedBuffer(bytes / sizeof(float) + 1);
  }
  return scratchMemory.data();
}

bool operator==(const kernels::ClipSize& a, const kernels::ClipSize& b) {
  return a.batch == b.batch && a.frames == b.frames && a.height == b.height && a.width == b.width;
}

}  // namespace

bool ConvolutionContext::allows(kernels::ConvAlgorithm algorithm) const {
  const bool isWinograd =
      algorithm == kernels::ConvAlgorithm::kWinograd2 || algorithm == kernels::ConvAlgorithm::kWinograd4;
  return level_ == Optimization::kFast || (level_ == Optimization::kExact && !isWinograd);
}

bool ConvolutionContext::reserveWeights(int64_t bytes) {
  if (weightBytes_ + bytes > maxWeightBytes_) return false;
  weightBytes_ += bytes;
  return true;
}

FusedConvolution::FusedConvolution(at::Tensor weight, at::Tensor bias, const kernels::ConvLayer& layer, bool relu,
                                   std::shared_ptr<ConvolutionContext> context)
    : weight_(std::move(weight)), bias_(std::move(bias)), layer_(layer), relu_(relu), context_(std::move(context)) {}

at::Tensor FusedConvolution::run(const at::Tensor& input, const at::Tensor& residual) {
  if (input.dim() == 4) {
    return run(input.unsqueeze(0), residual.defined() && residual.dim() == 4 ? residual.unsqueeze(0) : residual)
        .squeeze(0);
  }
  TORCH_CHECK(input.dim() == 5 && input.size(1) == layer_.inputChannels, "expected clips of ", layer_.inputChannels,
              " channels but received ", input.sizes());
  TORCH_CHECK(input.scalar_type() == at::kFloat, "expected float32 but received ", input.scalar_type());
  const at::Tensor dense = input.contiguous(at::MemoryFormat::ChannelsLast3d);
  const kernels::ClipSize size{dense.size(0), dense.size(2), dense.size(3), dense.size(4)};
  const kernels::ClipSize out = kernels::outputSize(layer_, size);
  const std::array<int64_t, 5> shape{out.batch, layer_.outputChannels, out.frames, out.height, out.width};
  TORCH_CHECK(std::min({out.frames, out.height, out.width}) > 0, "expected clips that are no smaller than a kernel of ",
              at::IntArrayRef(layer_.kernel), " but received ", input.sizes());
  if (out.batch == 0) return at::empty(shape, dense.options(), at::MemoryFormat::ChannelsLast3d);
  if (!residual.defined()) return run({size, dense, residual, relu_});
  if (residual.sizes() == at::IntArrayRef(shape) && residual.scalar_type() == at::kFloat) {
    return run({size, dense, residual.contiguous(at::MemoryFormat::ChannelsLast3d), relu_});
  }
  const at::Tensor sum = run({size, dense, at::Tensor(), false}).add(residual);
  return relu_ ? sum.relu() : sum;
}

at::Tensor FusedConvolution::run(const Call& call) { return run(planFor(call), call); }

PlanStore::Plan FusedConvolution::planFor(const Call& call) {
  const std::lock_guard<std::mutex> lock(context_->mutex());
  const int threads = parallelThreads();
  const auto known = std::find_if(choices_.begin(), choices_.end(),
                                  [&](const Choice& c) { return c.size == call.size && c.threads == threads; });
  if (known != choices_.end()) return known->plan;
  PlanStore& store = context_->store();
  const std::string key = keyOf(call);
  const PlanStore::Plan* const stored = store.find(key);
  PlanStore::Plan plan;
  if (stored && isUsable(*stored, call.size)) {
    plan = *stored;
  } else if (context_->measuringTime().count() > 0) {
    plan = measuredPlan(call);
    store.put(key, plan);
  } else {
    plan = planByRule(call.size);
  }
  choices_.push_back({call.size, threads, plan});
  releaseUnused();
  return plan;
}

// The default plan of every algorithm, LibTorch's convolution, then other blocks for the fastest, while there is time.
PlanStore::Plan FusedConvolution::measuredPlan(const Call& call) {
  const Clock::time_point deadline =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(context_->measuringTime());
  PlanStore::Plan best;
  double shortest = std::numeric_limits<double>::max();
  const auto consider = [&](const kernels::ConvPlan& plan) {
    if (best && Clock::now() > deadline) return;
    const double duration = time(plan, call, shortest);
    if (duration >= shortest) return;
    shortest = duration;
    best = plan;
  };
  const int threads = parallelThreads();
  for (const kernels::ConvAlgorithm algorithm : preferredAlgorithms()) {
    if (const kernels::PackedConv* const weights = packed(algorithm))
      consider(kernels::defaultPlan(*weights, call.size, threads));
  }
  if (!best) return best;
  // Asked twice, as it keeps the plain weights in memory, and chance should not decide on a busy machine.
  for (int ask = 0; Clock::now() < deadline; ++ask) {
    if (time(PlanStore::Plan(), call, shortest) * kLibraryMargin >= shortest) break;
    if (ask == 1) return std::nullopt;
    shortest = time(best, call, std::numeric_limits<double>::max());
  }
  for (const kernels::ConvPlan& plan : kernels::candidatePlans(*packed(best->algorithm), call.size, threads))
    consider(plan);
  return best;
}

// What was best for another batch of the same clips, else the algorithm of the fewest multiplications.
PlanStore::Plan FusedConvolution::planByRule(const kernels::ClipSize& size) {
  if (!choices_.empty() && !choices_.front().plan) return std::nullopt;
  for (const kernels::ConvAlgorithm algorithm : preferredAlgorithms()) {
    if (const kernels::PackedConv* const weights = packed(algorithm))
      return kernels::defaultPlan(*weights, size, parallelThreads());
  }
  return std::nullopt;
}

// Those that were best for other sizes first.
std::vector<kernels::ConvAlgorithm> FusedConvolution::preferredAlgorithms() const {
  std::vector<kernels::ConvAlgorithm> preferred = algorithms();
  std::stable_partition(preferred.begin(), preferred.end(), [&](kernels::ConvAlgorithm algorithm) {
    return std::any_of(choices_.begin(), choices_.end(),
                       [&](const Choice& choice) { return choice.plan && choice.plan->algorithm == algorithm; });
  });
  return preferred;
}

// In milliseconds, the best of some runs: fewer of a plan that takes longer than `best`. The first finds cold caches.
double FusedConvolution::time(const PlanStore::Plan& plan, const Call& call, double best) {
  double shortest = std::numeric_limits<double>::max();
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const Clock::time_point begin = Clock::now();
    run(plan, call);
    shortest = std::min(shortest, std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    if (repeat > 0 && shortest > 1.2 * best) break;
  }
  return shortest;
}

at::Tensor FusedConvolution::run(const PlanStore::Plan& plan, const Call& call) {
  return plan ? runKernel(*plan, call) : runLibrary(call);
}

at::Tensor FusedConvolution::runKernel(const kernels::ConvPlan& plan, const Call& call) {
  const kernels::PackedConv& weights = *packed(plan.algorithm);
  const kernels::ClipSize out = kernels::outputSize(layer_, call.size);
  at::Tensor output = at::empty({out.batch, layer_.outputChannels, out.frames, out.height, out.width},
                                call.input.options(), at::MemoryFormat::ChannelsLast3d);
  LibTorchThreads threads;
  kernels::ConvArguments arguments;
  arguments.input = call.input.const_data_ptr<float>();
  arguments.output = output.data_ptr<float>();
  arguments.residual = call.residual.defined() ? call.residual.const_data_ptr<float>() : nullptr;
  arguments.relu = call.relu;
  void* const scratch = workspace(kernels::workspaceBytes(weights, plan, call.size, threads.threads()));
  kernels::run(weights, plan, call.size, arguments, scratch, threads);
  return output;
}

// at::conv3d would take a much slower path than oneDNN for some layers at batch 1.
at::Tensor FusedConvolution::runLibrary(const Call& call) {
  const std::array<int64_t, 3> dilation{1, 1, 1};
  at::Tensor output;
  if (layer_.groups == 1 && at::globalContext().hasMKLDNN()) {
    output = at::mkldnn_convolution(call.input, weight_, bias_, layer_.padding, layer_.stride, dilation, layer_.groups);
  } else {
    output = at::conv3d(call.input, weight_, bias_, layer_.stride, layer_.padding, dilation, layer_.groups);
  }
  if (call.residual.defined()) output.add_(call.residual);
  return call.relu ? output.relu_() : output;
}

std::vector<kernels::ConvAlgorithm> FusedConvolution::algorithms() const {
  std::vector<kernels::ConvAlgorithm> all{kernels::ConvAlgorithm::kDepthwise, kernels::ConvAlgorithm::kWinograd4,
                                          kernels::ConvAlgorithm::kWinograd2, kernels::ConvAlgorithm::kDirect};
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](kernels::ConvAlgorithm each) {
                             return !kernels::supports(layer_, each) || !context_->allows(each);
                           }),
            all.end());
  return all;
}

bool FusedConvolution::isUsable(const PlanStore::Plan& plan, const kernels::ClipSize& size) {
  if (!plan) return weight_.defined();
  const std::vector<kernels::ConvAlgorithm> usable = algorithms();
  if (std::find(usable.begin(), usable.end(), plan->algorithm) == usable.end()) return false;
  const kernels::PackedConv* const weights = packed(plan->algorithm);
  return weights && kernels::workspaceBytes(*weights, *plan, size, parallelThreads()) <= kMaxWorkspaceBytes;
}

const kernels::PackedConv* FusedConvolution::packed(kernels::ConvAlgorithm algorithm) {
  std::unique_ptr<kernels::PackedConv>& place = packed_.at(static_cast<size_t>(algorithm));
  if (place || !weight_.defined()) return place.get();
  const at::Tensor weight = weight_.contiguous();
  LibTorchThreads threads;
  auto weights =
      std::make_unique<kernels::PackedConv>(layer_, algorithm, weight.const_data_ptr<float>(),
                                            bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, threads);
  if (context_->reserveWeights(static_cast<int64_t>(weights->bytes()))) place = std::move(weights);
  return place.get();
}

void FusedConvolution::releaseUnused() {
  for (std::unique_ptr<kernels::PackedConv>& weights : packed_) {
    const auto uses = [&](const Choice& choice) {
      return choice.plan && weights && choice.plan->algorithm == weights->algorithm();
    };
    if (!weights || std::any_of(choices_.begin(), choices_.end(), uses)) continue;
    context_->releaseWeights(static_cast<int64_t>(weights->bytes()));
    weights.reset();
  }
}

void FusedConvolution::forget(const std::function<bool(int64_t batch, int threads)>& isUnused) {
  const auto last = std::remove_if(choices_.begin(), choices_.end(),
                                   [&](const Choice& choice) { return isUnused(choice.size.batch, choice.threads); });
  choices_.erase(last, choices_.end());
  releaseUnused();
}

void FusedConvolution::releaseWorkspaces() {
  parallelFor(parallelThreads(), [](int64_t, int64_t) { scratchMemory = kernels::AlignedBuffer(); });
}

void FusedConvolution::finishMeasuring() {
  const auto usesLibrary = [](const Choice& choice) { return !choice.plan; };
  if (std::none_of(choices_.begin(), choices_.end(), usesLibrary) && !choices_.empty()) weight_ = at::Tensor();
}

int64_t FusedConvolution::bytes() const {
  int64_t bytes = plainBytes();
  for (const auto& weights : packed_) bytes += weights ? static_cast<int64_t>(weights->bytes()) : 0;
  return bytes;
}

// LibTorch's own convolution pays more for a residual than the kernels do.
std::string FusedConvolution::keyOf(const Call& call) const {
  std::ostringstream text;
  const kernels::ClipSize& size = call.size;
  text << name() << (call.residual.defined() ? " plus residual" : "") << " on " << size.batch << 'x' << size.frames
       << 'x' << size.height << 'x' << size.width << " by " << parallelThreads()
       << (context_->level() == Optimization::kExact ? " exact" : "");
  return text.str();
}

std::string FusedConvolution::name() const {
  std::ostringstream text;
  const auto put = [&](const std::array<int64_t, 3>& sizes) {
    text << ' ' << sizes[0] << 'x' << sizes[1] << 'x' << sizes[2];
  };
  text << layer_.inputChannels << " to " << layer_.outputChannels << " in " << layer_.groups;
  put(layer_.kernel);
  put(layer_.stride);
  put(layer_.padding);
  return text.str();
}

}  // namespace kinetorch::network
