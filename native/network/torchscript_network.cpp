#include "native/network/torchscript_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <utility>

#include "native/network/batch_sharing.h"
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
}

at::Tensor TorchScriptNetwork::logits(const at::Tensor& clips) {
  at::Tensor out = run(clips);
  if (canEmbed()) out = at::linear(out, weight_, bias_);
  return out.to(at::kFloat);
}

at::Tensor TorchScriptNetwork::embed(const at::Tensor& clips) { return run(clips).to(at::kFloat); }

void TorchScriptNetwork::warmUp(const std::vector<int64_t>& batchSizes) {
  if (options_.device().is_cpu()) return;
  const c10::InferenceMode guard;
  for (const int64_t size : batchSizes) logits(randomClips(size, input_).to(options_));
}

at::Tensor TorchScriptNetwork::run(const at::Tensor& clips) {
  if (!byClips_) return runTogether(clips);
  return runByClips(clips, [this](const at::Tensor& some) { return runTogether(some); });
}

at::Tensor TorchScriptNetwork::runTogether(const at::Tensor& clips) {
  torch::jit::Stack stack{self_, clips};
  forward_->checkAndNormalizeInputs(stack);  // fills in default arguments
  torch::jit::InterpreterState(code_).run(stack);
  const c10::IValue out = std::move(stack.back());
  if (!out.isTensor()) {
    throw Error("ERR_MODEL_FORWARD",
                "expected forward to return one tensor of logits but it returned " + out.type()->annotation_str());
  }
  return out.toTensor();
}

}  // namespace kinetorch::network
