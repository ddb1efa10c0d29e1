#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>
#include <torch/csrc/jit/runtime/interpreter.h>

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
  // `options` are those of the clips.
  TorchScriptNetwork(FrozenNetwork frozen, const preprocessing::InputSpec& input, const at::TensorOptions& options);

  OutputSet outputs() const override { return outputs_; }
  OutputTensors run(const at::Tensor& clips, OutputSet wanted) override;
  int64_t bytes() const override { return bytes_; }
  bool sharesClips() const override { return byClips_; }
  const std::string& warning() const override { return warning_; }
  void warmUp(const std::vector<int64_t>& batchSizes) override;

  // The rest is for what makes it faster (tune_network.h).

  // A graph that is rewritten runs as it was until it is set again.
  const std::shared_ptr<torch::jit::Graph>& graph() const { return graph_; }
  void setGraph(std::shared_ptr<torch::jit::Graph> graph);
  // Note [Sharing a batch]
  void shareByClips(bool byClips) { byClips_ = byClips; }
  void addBytes(int64_t bytes) { bytes_ += bytes; }
  void setWarning(std::string warning) { warning_ = std::move(warning); }
  const preprocessing::InputSpec& input() const { return input_; }

 private:
  bool hasHead() const { return weight_.defined(); }
  std::vector<at::Tensor> runGraph(const torch::jit::Code& code, const at::Tensor& clips) const;

  const preprocessing::InputSpec input_;
  const at::TensorOptions options_;
  const torch::jit::ModulePtr self_;
  const c10::FunctionSchema* const forward_;  // belongs to self_'s class
  std::shared_ptr<torch::jit::Graph> graph_;
  OutputSet outputs_;
  torch::jit::Code code_;
  std::optional<torch::jit::Code> codeWithFeatures_;  // once somebody has asked for them
  const at::Tensor weight_;
  const at::Tensor bias_;
  int64_t bytes_;
  bool byClips_ = false;
  std::string warning_;
};

}  // namespace kinetorch::network
