#include "native/network/passes/quantise_for_cpu.h"

#include <torch/csrc/jit/ir/alias_analysis.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "native/network/operators/float32_layer.h"
#include "native/network/operators/int8_layer.h"
#include "native/network/passes/byte_nodes.h"
#include "native/network/passes/replace_convolutions.h"
#include "native/network/passes/suitable_convolution.h"
#include "native/runtime/error.h"

namespace kinetorch::network {
namespace {

using Layers = std::vector<c10::intrusive_ptr<CpuConvolution>>;
using torch::jit::Node;
using torch::jit::Value;

constexpr size_t kInput = 0;
constexpr size_t kResidual = 1;

class Quantiser {
 public:
  Quantiser(const std::shared_ptr<torch::jit::Graph>& graph, const Layers& layers,
            const NetworkQuantisation& quantisation, const std::shared_ptr<ConvolutionContext>& context)
      : graph_(graph), aliases_(graph), layers_(layers), quantisation_(quantisation), context_(context) {}

  Layers run() {
    assignEntries();
    collect(graph_->block());
    for (Node* node : nodes_) setFormat(node);
    for (Node* node : nodes_) replace(node);
    return layers_;
  }

 private:
  void assignEntries() {
    checkRanges(quantisation_);
    size_t next = 0;
    for (const auto& layer : layers_) {
      const bool suits = layerSuitsInt8(layer->layer().layer());
      entries_.push_back(suits && next < quantisation_.size() ? quantisation_[next] : LayerQuantisation{});
      next += suits ? 1 : 0;
    }
    if (next == quantisation_.size()) return;
    throw Error("ERR_MODEL_METADATA",
                c10::str("expected the model's quantization to tell of ", next,
                         " layers, as many as can be int8, but it tells of ", quantisation_.size()));
  }

  // In the order in which they run.
  void collect(torch::jit::Block* block) {
    for (Node* node : block->nodes()) {
      for (torch::jit::Block* inner : node->blocks()) collect(inner);
      const c10::intrusive_ptr<ConvolutionOperator> layer = operatorOf(node);
      const auto found =
          std::find_if(layers_.begin(), layers_.end(), [&](const auto& each) { return each.get() == layer.get(); });
      if (found == layers_.end()) continue;
      const auto index = static_cast<size_t>(found - layers_.begin());
      if (!entries_[index].isInt8) continue;
      nodes_.push_back(node);
      indices_[node] = index;
    }
  }

  bool isInt8(const Node* node) const { return indices_.count(node) > 0; }

  // The range over which whoever uses a value so reads bytes; none where it reads numbers, as a residual that was seen
  // to be spread over the output.
  std::optional<ValueRange> rangeOfBytes(const torch::jit::Use& use) const {
    if (!isInt8(use.user)) return std::nullopt;
    const LayerQuantisation& reader = entries_[indices_.at(use.user)];
    return use.offset == kInput ? reader.input : reader.residual;
  }

  // Bytes are given where a layer in int8 reads them, in its format; but not where something writes to the numbers,
  // which all that read them see.
  void setFormat(Node* node) {
    if (aliases_.hasWriters(node->output())) return;
    for (const torch::jit::Use& use : node->output()->uses()) {
      const std::optional<ValueRange> range = rangeOfBytes(use);
      if (!range) continue;
      outputs_[node->output()] = gridOf(*range);
      return;
    }
  }

  std::optional<kernels::Quantisation> formatOfBytes(const Value* value) const {
    const auto found = outputs_.find(value);
    return found == outputs_.end() ? std::nullopt : std::optional<kernels::Quantisation>(found->second);
  }

  void replace(Node* node) {
    const size_t index = indices_.at(node);
    const auto& plain = static_cast<const Float32Layer&>(layers_[index]->layer());
    Int8Format format;
    if (const auto bytes = formatOfBytes(node->input(kInput))) {
      format.input = *bytes;
    } else {
      format.input = gridOf(entries_[index].input);
      node->replaceInput(kInput, insertQuantise(node, node->input(kInput), format.input)->output());
    }
    format.residual = formatOfBytes(node->input(kResidual));
    format.output = formatOfBytes(node->output());
    if (format.output) giveNumbersToOthers(node->output(), *format.output, plain.layer().outputChannels);
    layers_[index] = c10::make_intrusive<CpuConvolution>(
        std::make_unique<Int8Layer>(plain.weight(), plain.bias(), plain.layer(), format, context_),
        layers_[index]->relu(), context_);
    setOperator(node, layers_[index]);
  }

  void giveNumbersToOthers(Value* bytes, const kernels::Quantisation& format, int64_t channels) {
    const torch::jit::use_list uses = bytes->uses();
    Node* numbers = nullptr;
    for (const torch::jit::Use& use : uses) {
      if (rangeOfBytes(use)) continue;
      if (!numbers) numbers = insertDequantise(bytes, format, channels);
      use.user->replaceInput(use.offset, numbers->output());
    }
  }

  const std::shared_ptr<torch::jit::Graph>& graph_;
  const torch::jit::AliasDb aliases_;
  Layers layers_;
  const NetworkQuantisation& quantisation_;
  const std::shared_ptr<ConvolutionContext>& context_;
  std::vector<LayerQuantisation> entries_;  // one for each layer
  std::vector<Node*> nodes_;                // of the layers in int8
  std::unordered_map<const Node*, size_t> indices_;
  std::unordered_map<const Value*, kernels::Quantisation> outputs_;  // that are bytes
};

}  // namespace

Layers quantiseForCpu(const std::shared_ptr<torch::jit::Graph>& graph, const Layers& layers,
                      const NetworkQuantisation& quantisation, const std::shared_ptr<ConvolutionContext>& context) {
  return Quantiser(graph, layers, quantisation, context).run();
}

}  // namespace kinetorch::network
