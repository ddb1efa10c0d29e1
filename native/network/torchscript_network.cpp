#include "native/network/torchscript_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <utility>

#include "native/network/batch_sharing.h"
#include "native/network/feature_map.h"
#include "native/network/random_clips.h"
#include "native/runtime/error.h"

namespace kinetorch::network {

TorchScriptNetwork::TorchScriptNetwork(FrozenNetwork frozen, const preprocessing::InputSpec& input,
                                       const at::TensorOptions& options)
    : input_(input),
      options_(options),
      self_(frozen.module._ivalue()),
      forward_(&frozen.module.get_method("forward").function().getSchema()),
      weight_(std::move(frozen.weight)),
      bias_(std::move(frozen.bias)),
      bytes_(frozen.bytes) {
  setGraph(frozen.module.get_method("forward").graph());
}

void TorchScriptNetwork::setGraph(std::shared_ptr<torch::jit::Graph> graph) {
  graph_ = std::move(graph);
  code_ = torch::jit::Code(graph_, "forward");
  codeWithFeatures_.reset();
  outputs_ = {Output::kLogits};
  if (hasHead()) outputs_.add(Output::kEmbedding);
  if (hasFeatureMap(graph_)) outputs_.add(Output::kFeatures);
}

OutputTensors TorchScriptNetwork::run(const at::Tensor& clips, OutputSet wanted) {
  const bool withFeatures = wanted.has(Output::kFeatures);
  if (withFeatures && !codeWithFeatures_) codeWithFeatures_.emplace(withFeatureMap(graph_), "forward");
  const torch::jit::Code& code = withFeatures ? *codeWithFeatures_ : code_;
  const auto runSome = [&](const at::Tensor& some) { return runGraph(code, some); };
  const std::vector<at::Tensor> values = byClips_ ? runByClips(clips, runSome) : runSome(clips);
  OutputTensors outputs;
  if (wanted.has(Output::kLogits)) {
    outputs[Output::kLogits] = (hasHead() ? at::linear(values[0], weight_, bias_) : values[0]).to(at::kFloat);
  }
  if (wanted.has(Output::kEmbedding)) outputs[Output::kEmbedding] = values[0].to(at::kFloat);
  if (withFeatures) outputs[Output::kFeatures] = values[1].to(at::kFloat);
  return outputs;
}

void TorchScriptNetwork::warmUp(const std::vector<int64_t>& batchSizes) {
  if (options_.device().is_cpu()) return;
  const c10::InferenceMode guard;
  for (const int64_t size : batchSizes) logits(randomClips(size, input_).to(options_));
}

std::vector<at::Tensor> TorchScriptNetwork::runGraph(const torch::jit::Code& code, const at::Tensor& clips) const {
  torch::jit::Stack stack{self_, clips};
  forward_->checkAndNormalizeInputs(stack);  // fills in default arguments
  torch::jit::InterpreterState(code).run(stack);
  std::vector<at::Tensor> values;
  for (c10::IValue& value : stack) {
    if (!value.isTensor()) {
      throw Error("ERR_MODEL_FORWARD",
                  "expected forward to return one tensor of logits but it returned " + value.type()->annotation_str());
    }
    values.push_back(std::move(value).toTensor());
  }
  return values;
}

}  // namespace kinetorch::network
