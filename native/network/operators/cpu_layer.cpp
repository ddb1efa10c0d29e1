#include "native/network/operators/cpu_layer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <sstream>
#include <utility>

#include "native/network/operators/libtorch_threads.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::network {
namespace {

// More than any layer needs: a plan that asks for it was not measured here.
constexpr size_t kMaxWorkspaceBytes = size_t{1} << 30;

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

std::string CpuLayer::name() const { return std::string(kernels::nameOf(elementKind_)) + ' ' + nameOf(layer_); }

std::string CpuLayer::nameOf(const kernels::ConvLayer& layer) {
  std::ostringstream text;
  const auto put = [&](const std::array<int64_t, 3>& sizes) {
    text << ' ' << sizes[0] << 'x' << sizes[1] << 'x' << sizes[2];
  };
  text << layer.inputChannels << " to " << layer.outputChannels << " in " << layer.groups;
  put(layer.kernel);
  put(layer.stride);
  put(layer.padding);
  return text.str();
}

at::Tensor CpuLayer::runKernel(const kernels::ConvPlan& plan, const Call& call) {
  const kernels::PackedConv& weights = *packed(plan.algorithm);
  const kernels::ClipSize out = kernels::outputSize(layer_, call.size);
  at::Tensor output = at::empty({out.batch, outputChannels(), out.frames, out.height, out.width},
                                call.input.options().dtype(outputType()), at::MemoryFormat::ChannelsLast3d);
  LibTorchThreads threads;
  kernels::ConvArguments arguments = this->arguments(call);
  arguments.elementKind = elementKind_;
  arguments.input = call.input.const_data_ptr();
  arguments.output = output.mutable_data_ptr();
  arguments.residual = call.residual.defined() ? call.residual.const_data_ptr() : nullptr;
  arguments.relu = call.relu;
  void* const scratch = workspace(kernels::workspaceBytes(weights, plan, call.size, threads.threads()));
  kernels::run(weights, plan, call.size, arguments, scratch, threads);
  return output;
}

bool CpuLayer::isUsable(const ConvChoice& choice, const kernels::ClipSize& size) {
  if (!choice) return hasLibrary();
  const std::vector<kernels::ConvAlgorithm> usable = algorithms();
  if (choice->elementKind != elementKind_ ||
      std::find(usable.begin(), usable.end(), choice->algorithm) == usable.end()) {
    return false;
  }
  const kernels::PackedConv* const weights = packed(choice->algorithm);
  return weights && kernels::workspaceBytes(*weights, *choice, size, parallelThreads()) <= kMaxWorkspaceBytes;
}

std::vector<kernels::ConvAlgorithm> CpuLayer::algorithms() const {
  std::vector<kernels::ConvAlgorithm> usable;
  std::copy_if(kernels::kConvAlgorithms.rbegin(), kernels::kConvAlgorithms.rend(), std::back_inserter(usable),
               [&](kernels::ConvAlgorithm each) {
                 return kernels::supports(layer_, each, elementKind_) && context_->allows(each);
               });
  return usable;
}

const kernels::PackedConv* CpuLayer::packed(kernels::ConvAlgorithm algorithm) {
  std::unique_ptr<kernels::PackedConv>& place = packed_.at(static_cast<size_t>(algorithm));
  if (place) return place.get();
  LibTorchThreads threads;
  auto weights = pack(algorithm, threads);
  if (weights && context_->reserveWeights(static_cast<int64_t>(weights->bytes()), !hasLibrary())) {
    place = std::move(weights);
  }
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
