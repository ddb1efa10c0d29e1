#include "native/quantisation/calibrated_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "native/model/check_logits.h"
#include "native/network/agreement.h"
#include "native/network/passes/replace_convolutions.h"
#include "native/network/passes/suitable_convolution.h"
#include "native/network/random_clips.h"
#include "native/runtime/error.h"

namespace kinetorch::quantisation {
namespace {

std::string otherClasses(int64_t expected, int64_t given) {
  return "expected a network of " + std::to_string(expected) + " classes but it gives " + std::to_string(given);
}

}  // namespace

CalibratedNetwork::CalibratedNetwork(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                     int64_t numClasses) {
  const c10::InferenceMode guard;
  const at::Tensor clip = network::randomClips(1, input);
  started_ = network::startNetwork(file, input, clip, network::Purpose::kClassify);
  model::checkLogits(started_.output, numClasses, {"a random clip", otherClasses});
  network::TorchScriptNetwork& network = *started_.network;
  if (!started_.staysAsItIs) {
    network::replaceConvolutions(network.graph(), network::suitsInt8,
                                 [&](const network::Convolution3d& convolution, bool relu) {
                                   layers_.push_back(c10::make_intrusive<CalibratedConvolution>(convolution, relu));
                                   return layers_.back();
                                 });
  }
  if (layers_.empty()) {
    throw Error("ERR_UNSUPPORTED",
                "expected a network with convolutions over time, height and width in float32 but this one has none");
  }
  network.setGraph(network.graph());
  if (!network::agree(network.mainOutput(clip.clone()), started_.output, at::kFloat)) {
    throw Error("ERR_UNSUPPORTED", "expected a network that gives the same with its convolutions observed");
  }
}

at::Tensor CalibratedNetwork::run(const at::Tensor& clip, const std::vector<uint8_t>& flags, Mode mode) {
  checkFlags(flags);
  for (size_t i = 0; i < layers_.size(); ++i) layers_[i]->setMode(flags[i] != 0 ? mode : Mode::kFloat);
  return started_.network->mainOutput(clip);
}

void CalibratedNetwork::checkFlags(const std::vector<uint8_t>& flags) const {
  if (flags.size() == layers_.size()) return;
  throw Error("ERR_INVALID_ARGUMENT", "expected a flag for each of " + std::to_string(layers_.size()) +
                                          " layers but received " + std::to_string(flags.size()));
}

}  // namespace kinetorch::quantisation
