#include "native/explanation/gradient_network.h"

#include <ATen/ATen.h>
#include <c10/util/StringUtil.h>
#include <torch/csrc/autograd/autograd.h>

#include "native/architectures/build.h"
#include "native/explanation/watched_layer.h"
#include "native/runtime/error.h"

namespace kinetorch::explanation {
namespace {

// Not Module::to(dtype): it makes floats of indices too.
void makeFloat32(at::Tensor tensor) {
  if (tensor.is_floating_point()) tensor.set_data(tensor.to(at::kFloat));
}

at::Tensor tensorOf(const c10::IValue& value) {
  if (value.isTensor()) return value.toTensor();
  throw Error("ERR_MODEL_FORWARD",
              "expected forward to return one tensor of logits but it returned " + value.type()->annotation_str());
}

}  // namespace

GradientNetwork::GradientNetwork(const model::ModelFile& file, c10::Device device)
    : module_(file.module()), device_(device) {
  module_.eval();
  module_.to(device);
  for (at::Tensor parameter : module_.parameters()) {
    parameter.requires_grad_(false);
    makeFloat32(parameter);
  }
  for (const at::Tensor& buffer : module_.buffers()) makeFloat32(buffer);
  // One from elsewhere may be written for its own order of memory.
  layout_ = architectures::headOf(module_) ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::Contiguous;
}

const torch::jit::Code& GradientNetwork::codeFor(const std::string& layer) {
  const auto known = codes_.find(layer);
  if (known != codes_.end()) return known->second;
  return codes_.emplace(layer, torch::jit::Code(watchLayer(module_, layer), "forward")).first->second;
}

LayerGradients GradientNetwork::run(const at::Tensor& clip, const MapRequest& request) {
  const torch::jit::Code& code = codeFor(request.layer);
  torch::jit::Stack stack{module_._ivalue(), clip.to(device_).contiguous(layout_)};
  module_.get_method("forward").function().getSchema().checkAndNormalizeInputs(stack);
  torch::jit::InterpreterState(code).run(stack);  // bare, as everywhere: see Note [No graph executor]
  const at::Tensor logits = tensorOf(stack.at(0)).flatten();
  const at::Tensor activations = tensorOf(stack.at(1));
  if (activations.dim() != 5 || activations.size(0) != 1) {
    throw Error("ERR_INVALID_ARGUMENT", c10::str("expected `layer` to be a module that gives a map N×C×T×H×W but ",
                                                 request.layer, " gives ", activations.sizes(), " for one clip"));
  }
  LayerGradients given;
  given.label = request.label.value_or(logits.argmax().item<int64_t>());
  given.logits = logits.detach().to(at::kCPU, at::kFloat).unsqueeze(0);
  given.activations = activations.detach()[0].to(at::kCPU, at::kFloat);
  if (request.method == MapMethod::kEigenCam) return given;
  at::Tensor gradient;
  if (logits.requires_grad()) {
    gradient = torch::autograd::grad({logits[given.label]}, {activations}, {}, std::nullopt, /*create_graph=*/false,
                                     /*allow_unused=*/true)[0];
  }
  if (!gradient.defined()) {
    throw Error("ERR_UNSUPPORTED",
                "expected logits that change with what " + request.layer +
                    " gives, but no gradient leads from one to the other; method 'eigencam' needs none");
  }
  given.gradients = gradient[0].to(at::kCPU, at::kFloat);
  return given;
}

}  // namespace kinetorch::explanation
