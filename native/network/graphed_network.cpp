#include "native/network/graphed_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <utility>

#include "native/network/agreement.h"
#include "native/network/random_clips.h"

namespace kinetorch::network {
namespace {

constexpr int64_t kLargestGraph = 4;

}  // namespace

GraphedNetwork::GraphedNetwork(std::unique_ptr<Network> network, const preprocessing::InputSpec& input,
                               const at::TensorOptions& options, const CudaApi& library)
    : network_(std::move(network)), input_(input), options_(options), library_(library) {}

at::Tensor GraphedNetwork::logits(const at::Tensor& clips) {
  const c10::InferenceMode guard;  // the graph's own tensors are of its kind
  const auto found = std::find_if(graphs_.begin(), graphs_.end(),
                                  [&](const Graphed& each) { return each.clips.sizes() == clips.sizes(); });
  if (found == graphs_.end()) return network_->logits(clips);
  found->clips.copy_(clips);
  found->graph->replay();
  return found->logits.clone();
}

void GraphedNetwork::warmUp(const std::vector<int64_t>& batchSizes) {
  const c10::InferenceMode guard;
  network_->warmUp(batchSizes);
  for (const int64_t size : batchSizes) {
    if (size <= kLargestGraph) capture(size);
  }
}

void GraphedNetwork::capture(int64_t batchSize) {
  const at::Tensor clips = randomClips(batchSize, input_).to(options_);
  const at::Tensor expected = network_->logits(clips);
  Graphed graphed;
  graphed.clips = at::zeros_like(clips);
  try {
    graphed.graph = library_.captureGraph([&] { graphed.logits = network_->logits(graphed.clips); });
  } catch (const std::exception&) {
    return;  // it waits for the device, or there is too little memory
  }
  graphs_.push_back(std::move(graphed));
  // What a network decides on the CPU is decided once for all in a graph.
  if (!agree(logits(clips), expected, clips.scalar_type())) graphs_.pop_back();
}

}  // namespace kinetorch::network
