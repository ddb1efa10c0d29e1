#include "native/network/operators/cpu_layer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "native/runtime/parallel_for.h"

namespace kinetorch::network {
namespace {

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

thread_local kernels::AlignedBuffer<std::byte> scratchMemory;

// Scratch memory of this thread, aligned; the same until more is asked for.
void* workspace(size_t bytes) {
  if (scratchMemory.size() < bytes) {
    scratchMemory = {};
    scratchMemory = kernels::AlignedBuffer<std::byte>(bytes);
  }
  return scratchMemory.data();
}

}  // namespace

CpuLayer::CpuLayer(at::Tensor weight, at::Tensor bias, const kernels::ConvLayer& layer,
                   std::shared_ptr<ConvolutionContext> context)
    : weight_(std::move(weight)), bias_(std::move(bias)), layer_(layer), context_(std::move(context)) {}

at::Tensor CpuLayer::run(const ConvChoice& choice, const Call& call) {
  return choice ? runKernel(*choice, call) : runLibrary(call);
}

at::Tensor CpuLayer::runKernel(const kernels::ConvPlan& plan, const Call& call) {
  const kernels::PackedConv& weights = *packed(plan.algorithm);
  const kernels::ClipSize out = kernels::outputSize(layer_, call.size);
  at::Tensor output = at::empty({out.batch, layer_.outputChannels, out.frames, out.height, out.width},
                                call.input.options(), at::MemoryFormat::ChannelsLast3d);
  LibTorchThreads threads;
  kernels::ConvArguments arguments;
  arguments.elementKind = kElementKind;
  arguments.input = call.input.const_data_ptr<float>();
  arguments.output = output.data_ptr<float>();
  arguments.residual = call.residual.defined() ? call.residual.const_data_ptr<float>() : nullptr;
  arguments.relu = call.relu;
  void* const scratch = workspace(kernels::workspaceBytes(weights, plan, call.size, threads.threads()));
  kernels::run(weights, plan, call.size, arguments, scratch, threads);
  return output;
}

// at::conv3d would take a much slower path than oneDNN for some layers at batch 1.
at::Tensor CpuLayer::runLibrary(const Call& call) {
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

bool CpuLayer::isUsable(const ConvChoice& choice, const kernels::ClipSize& size) {
  if (!choice) return weight_.defined();
  const std::vector<kernels::ConvAlgorithm> usable = algorithms();
  if (choice->elementKind != kElementKind ||
      std::find(usable.begin(), usable.end(), choice->algorithm) == usable.end()) {
    return false;
  }
  const kernels::PackedConv* const weights = packed(choice->algorithm);
  return weights && kernels::workspaceBytes(*weights, *choice, size, parallelThreads()) <= kMaxWorkspaceBytes;
}

std::vector<kernels::ConvAlgorithm> CpuLayer::algorithms() const {
  std::vector<kernels::ConvAlgorithm> usable;
  std::copy_if(kernels::kConvAlgorithms.rbegin(), kernels::kConvAlgorithms.rend(), std::back_inserter(usable),
               [&](kernels::ConvAlgorithm each) { return kernels::supports(layer_, each) && context_->allows(each); });
  return usable;
}

const kernels::PackedConv* CpuLayer::packed(kernels::ConvAlgorithm algorithm) {
  std::unique_ptr<kernels::PackedConv>& place = packed_.at(static_cast<size_t>(algorithm));
  if (place || !weight_.defined()) return place.get();
  const at::Tensor weight = weight_.contiguous();
  LibTorchThreads threads;
  auto weights =
      std::make_unique<kernels::PackedConv>(layer_, algorithm, kElementKind, weight.const_data_ptr<float>(),
                                            bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, threads);
  if (context_->reserveWeights(static_cast<int64_t>(weights->bytes()))) place = std::move(weights);
  return place.get();
}

void CpuLayer::keepPacked(const std::function<bool(kernels::ConvAlgorithm)>& isUsed) {
  for (std::unique_ptr<kernels::PackedConv>& weights : packed_) {
    if (!weights || isUsed(weights->algorithm())) continue;
    context_->releaseWeights(static_cast<int64_t>(weights->bytes()));
    weights.reset();
  }
}

int64_t CpuLayer::bytes() const {
  int64_t bytes = plainBytes();
  for (const auto& weights : packed_) bytes += weights ? static_cast<int64_t>(weights->bytes()) : 0;
  return bytes;
}

void CpuLayer::releaseWorkspaces() {
  parallelFor(parallelThreads(), [](int64_t, int64_t) { scratchMemory = {}; });
}

}  // namespace kinetorch::network
