#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <string>
#include <unordered_map>

#include "native/explanation/map_request.h"
#include "native/model/model_file.h"

namespace kinetorch::explanation {

// What a layer gave for a clip, in the CPU's memory.
struct LayerGradients {
  at::Tensor logits;       // 1×classes
  int64_t label = 0;       // whose logit the gradients are of
  at::Tensor activations;  // C×T×H×W
  at::Tensor gradients;    // the same; undefined where none were wanted
};

// A second copy of a network, as its file has it and in float32: the frozen one's operators have no backward pass, and
// the gradients of a mean over many places may be too small for half precision.
class GradientNetwork {
 public:
  // Throws as ModelFile::module, and ERR_OUT_OF_MEMORY.
  GradientNetwork(const model::ModelFile& file, c10::Device device);

  // 1×3×T×H×W on the CPU. The layer is that of the request. Throws ERR_INVALID_ARGUMENT for one that the network lacks
  // or that gives no map, ERR_UNSUPPORTED where there is no gradient, ERR_MODEL_FORWARD.
  LayerGradients run(const at::Tensor& clip, const MapRequest& request);

 private:
  const torch::jit::Code& codeFor(const std::string& layer);

  torch::jit::Module module_;
  const c10::Device device_;
  at::MemoryFormat layout_;
  std::unordered_map<std::string, torch::jit::Code> codes_;
};

}  // namespace kinetorch::explanation
