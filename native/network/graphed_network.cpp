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
    : network_(std::move(network)),
      input_(input),
      options_(options),
      library_(library),
      graphed_(network_->outputs().without({Output::kFeatures})) {}

OutputTensors GraphedNetwork::run(const at::Tensor& clips, OutputSet wanted) {
  const c10::InferenceMode guard;  // the graph's own tensors are of its kind
  const auto found = std::find_if(graphs_.begin(), graphs_.end(),
                                  [&](const Graphed& each) { return each.clips.sizes() == clips.sizes(); });
  if (found == graphs_.end() || !graphed_.includes(wanted)) return network_->run(clips, wanted);
  found->clips.copy_(clips);
  found->graph->replay();
  OutputTensors outputs;
  for (const OutputInfo& info : kOutputs) {
    if (wanted.has(info.output)) outputs[info.output] = found->outputs[info.output].clone();
  }
  return outputs;
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
  const OutputTensors expected = network_->run(clips, graphed_);
  Graphed graphed;
  graphed.clips = at::zeros_like(clips);
  try {
    graphed.graph = library_.captureGraph([&] { graphed.outputs = network_->run(graphed.clips, graphed_); });
  } catch (const std::exception&) {
    return;  // it waits for the device, or there is too little memory
  }
  graphs_.push_back(std::move(graphed));
  // What a network decides on the CPU is decided once for all in a graph.
  const OutputTensors found = run(clips, graphed_);
  const bool isSame = std::all_of(kOutputs.begin(), kOutputs.end(), [&](const OutputInfo& info) {
    return !graphed_.has(info.output) || agree(found[info.output], expected[info.output], clips.scalar_type());
  });
  if (!isSame) graphs_.pop_back();
}

}  // namespace kinetorch::network
