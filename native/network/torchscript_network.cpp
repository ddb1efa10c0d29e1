#include "native/network/torchscript_network.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/StringUtil.h>

#include <algorithm>
#include <utility>

#include "native/network/batch_sharing.h"
#include "native/network/feature_map.h"
#include "native/network/passes/free_layout.h"
#include "native/network/random_clips.h"
#include "native/network/separate_rows.h"
#include "native/runtime/autocast.h"
#include "native/runtime/error.h"

namespace kinetorch::network {
namespace {

// Coarser ones last.
int coarseness(c10::ScalarType kind) { return kind == at::kBFloat16 ? 2 : kind == at::kHalf ? 1 : 0; }

// At least float32.
c10::ScalarType coarser(c10::ScalarType a, c10::ScalarType b) {
  const c10::ScalarType found = coarseness(a) < coarseness(b) ? b : a;
  return coarseness(found) == 0 ? at::kFloat : found;
}

c10::ScalarType coarsest(torch::jit::Block* block) {
  c10::ScalarType found = at::kFloat;
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* inner : node->blocks()) found = coarser(found, coarsest(inner));
    const bool isTensor = node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
                          node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t;
    if (isTensor) found = coarser(found, node->t(c10::attr::value).scalar_type());
    // A step of eight bits is coarser than any rounding.
    if (std::string(node->kind().toQualString()).rfind("quantized::", 0) == 0) found = at::kBFloat16;
  }
  return found;
}

// Of one clip some networks give a row without the dimension of the batch; and some give what was quantised as it is.
at::Tensor asRows(const at::Tensor& values, int64_t clips) {
  const at::Tensor numbers = values.is_quantized() ? values.dequantize() : values;
  return clips == 1 && numbers.dim() == 1 ? numbers.unsqueeze(0) : numbers;
}

}  // namespace

TorchScriptNetwork::TorchScriptNetwork(FrozenNetwork frozen, const preprocessing::InputSpec& input,
                                       const at::TensorOptions& options, const Reading& reading)
    : input_(input),
      options_(options),
      reading_(reading),
      self_(frozen.module._ivalue()),
      forward_(&frozen.module.get_method("forward").function().getSchema()),
      gives_(frozen.gives),
      isMadeHere_(frozen.isMadeHere),
      weight_(std::move(frozen.weight)),
      bias_(std::move(frozen.bias)),
      bytes_(frozen.bytes) {
  setGraph(frozen.module.get_method("forward").graph());
}

void TorchScriptNetwork::setGraph(std::shared_ptr<torch::jit::Graph> graph) {
  graph_ = std::move(graph);
  code_ = torch::jit::Code(graph_, "forward");
  codeWithFeatures_.reset();
  if (gives_ == Output::kReconstruction) {
    outputs_ = {Output::kReconstruction, Output::kTarget};
    return;
  }
  outputs_ = {Output::kLogits, gives_};
  if (hasFeatureMap(graph_)) outputs_.add(Output::kFeatures);
}

bool TorchScriptNetwork::keepsClipsApart() const { return isMadeHere_ || keepsRowsApart(*graph_); }

void TorchScriptNetwork::takeChannelsLast() {
  freeLayout(graph_);
  setGraph(graph_);
  reading_.layout = at::MemoryFormat::ChannelsLast3d;
}

c10::ScalarType TorchScriptNetwork::rounding() const {
  return coarser(coarsest(graph_->block()), coarser(reading_.autocast, reading_.clips));
}

OutputTensors TorchScriptNetwork::run(const at::Tensor& clips, OutputSet wanted) {
  const bool withFeatures = wanted.has(Output::kFeatures);
  if (withFeatures && !codeWithFeatures_) codeWithFeatures_.emplace(withFeatureMap(graph_), "forward");
  const torch::jit::Code& code = withFeatures ? *codeWithFeatures_ : code_;
  const at::Tensor given = clips.to(reading_.clips).contiguous(reading_.layout);
  OutputTensors outputs;
  // A copy: a network may write into its clips.
  if (wanted.has(Output::kTarget)) outputs[Output::kTarget] = clips.to(at::kFloat, false, /*copy=*/true);
  const std::vector<at::Tensor> values =
      runInParts(given, [&](const at::Tensor& some) { return runGraph(code, some); });
  if (wanted.has(gives_)) outputs[gives_] = values[0].to(at::kFloat);
  if (wanted.has(Output::kLogits) && gives_ == Output::kEmbedding) {
    outputs[Output::kLogits] = at::linear(values[0], weight_, bias_).to(at::kFloat);
  }
  if (withFeatures) outputs[Output::kFeatures] = values[1].to(at::kFloat);
  return outputs;
}

at::Tensor TorchScriptNetwork::headOfFeatures() const {
  const at::Tensor weights = gives_ == Output::kLogits       ? headOfFeatureMap(graph_)
                             : givesMeanOfFeatureMap(graph_) ? weight_
                                                             : at::Tensor();
  return weights.defined() ? weights.to(at::kCPU, at::kFloat) : weights;
}

void TorchScriptNetwork::warmUp(const std::vector<int64_t>& batchSizes) {
  if (options_.device().is_cpu()) return;
  const c10::InferenceMode guard;
  for (const int64_t size : batchSizes) mainOutput(randomClips(size, input_).to(options_));
}

std::vector<at::Tensor> TorchScriptNetwork::runInParts(const at::Tensor& clips, const Run& runSome) const {
  const int64_t count = clips.size(0);
  const auto runAll = [&](const at::Tensor& some) { return runShared(some, sharing_, runSome); };
  if (largestBatch_ == 0 || count <= largestBatch_) return runAll(clips);
  std::vector<std::vector<at::Tensor>> parts;
  for (int64_t begin = 0; begin < count; begin += largestBatch_) {
    parts.push_back(runAll(clips.slice(0, begin, std::min(begin + largestBatch_, count))));
  }
  return joinRows(parts);
}

std::vector<at::Tensor> TorchScriptNetwork::runGraph(const torch::jit::Code& code, const at::Tensor& clips) const {
  torch::jit::Stack stack{self_, clips};
  try {
    const Autocast autocast(options_.device().type(), reading_.autocast);
    forward_->checkAndNormalizeInputs(stack);  // fills in default arguments
    torch::jit::InterpreterState(code).run(stack);
  } catch (...) {
    const Error error = currentError("ERR_MODEL_FORWARD");
    if (error.isOutOfMemory()) throw;
    const bool reconstructs = gives_ == Output::kReconstruction;
    throw Error(error.code(), c10::str(error.what(), "; expected a ", reconstructs ? "reconstruct" : "forward",
                                       " that maps N×3×T×H×W clips, here of ", clips.sizes(), ", to ",
                                       reconstructs ? "N×3×T×H×W clips of the same size" : "N×classes logits"));
  }
  std::vector<at::Tensor> values;
  for (c10::IValue& value : stack) {
    if (!value.isTensor()) {
      throw Error("ERR_MODEL_FORWARD",
                  "expected forward to return one tensor of logits but it returned " + value.type()->annotation_str());
    }
    values.push_back(asRows(std::move(value).toTensor(), clips.size(0)));
  }
  return values;
}

}  // namespace kinetorch::network
