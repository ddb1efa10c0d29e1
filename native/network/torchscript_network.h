#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "native/network/frozen_network.h"
#include "native/network/network.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::network {

// Runs a frozen graph.
//
// Note [No graph executor]
// Freezing has already done the optimising. Module::forward would add the profiling executor, which runs slowly and
// specialises anew for the first batches of every shape; the bare interpreter treats the first clip like the last.
class TorchScriptNetwork final : public Network {
 public:
  // Of what kind and in which order of memory the graph gets its clips, whatever those are that `run` is given.
  struct Reading {
    c10::ScalarType clips = at::kFloat;
    c10::ScalarType autocast = at::kFloat;  // float32: none
    at::MemoryFormat layout = at::MemoryFormat::Contiguous;
  };

  // `options` are those of the clips.
  TorchScriptNetwork(FrozenNetwork frozen, const preprocessing::InputSpec& input, const at::TensorOptions& options,
                     const Reading& reading);

  OutputSet outputs() const override { return outputs_; }
  bool givesProbabilities() const override { return givesProbabilities_; }
  bool isInt8() const override { return isInt8_; }
  OutputTensors run(const at::Tensor& clips, OutputSet wanted) override;
  at::Tensor headOfFeatures() const override;
  int64_t bytes() const override { return bytes_; }
  bool sharesClips() const override { return sharing_ != BatchSharing::kLayers; }
  const std::vector<std::string>& warnings() const override { return warnings_; }
  void warmUp(const std::vector<int64_t>& batchSizes) override;

  // The rest is for what makes it faster (tune_network.h).

  // A graph that is rewritten runs as it was until it is set again.
  const std::shared_ptr<torch::jit::Graph>& graph() const { return graph_; }
  void setGraph(std::shared_ptr<torch::jit::Graph> graph);
  // Whether it is known that a clip gets in any batch and order of memory what it gets alone: of networks made here,
  // and where the plain graph tells (separate_rows.h).
  bool keepsClipsApart() const;
  // NDHWC: oneDNN's fast path for every convolution, and the depthwise ones above all (docs/architecture.md); and
  // cuDNN's in half precision.
  void takeChannelsLast();
  // Larger batches run in parts of this many clips.
  void setLargestBatch(int64_t size) { largestBatch_ = size; }
  // Note [Sharing a batch]
  void share(BatchSharing sharing) { sharing_ = sharing; }
  void setGivesProbabilities(bool gives) { givesProbabilities_ = gives; }
  void setInt8() { isInt8_ = true; }
  void addBytes(int64_t bytes) { bytes_ += bytes; }
  void addWarning(std::string warning) { warnings_.push_back(std::move(warning)); }
  const preprocessing::InputSpec& input() const { return input_; }
  // The coarsest kind of numbers that it computes with, for `agree`.
  c10::ScalarType rounding() const;

 private:
  using Run = std::function<std::vector<at::Tensor>(const at::Tensor&)>;

  std::vector<at::Tensor> runInParts(const at::Tensor& clips, const Run& runSome) const;
  std::vector<at::Tensor> runGraph(const torch::jit::Code& code, const at::Tensor& clips) const;

  const preprocessing::InputSpec input_;
  const at::TensorOptions options_;
  Reading reading_;
  const torch::jit::ModulePtr self_;
  const c10::FunctionSchema* const forward_;  // belongs to self_'s class
  std::shared_ptr<torch::jit::Graph> graph_;
  OutputSet outputs_;
  torch::jit::Code code_;
  std::optional<torch::jit::Code> codeWithFeatures_;  // once somebody has asked for them
  const Output gives_;
  const bool isMadeHere_;
  const at::Tensor weight_;
  const at::Tensor bias_;
  int64_t bytes_;
  int64_t largestBatch_ = 0;  // 0: any
  BatchSharing sharing_ = BatchSharing::kLayers;
  bool givesProbabilities_ = false;
  bool isInt8_ = false;
  std::vector<std::string> warnings_;
};

}  // namespace kinetorch::network
