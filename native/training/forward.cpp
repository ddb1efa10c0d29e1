#include "native/training/forward.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <utility>

#include "native/runtime/autocast.h"
#include "native/runtime/device_copy.h"
#include "native/runtime/error.h"

namespace kinetorch::training {
namespace {

// See Note [Training runs the graph as it is].
using PlainExecution = torch::jit::GraphOptimizerEnabledGuard;

}  // namespace

// NDHWC is what oneDNN is fast at: a step of 16 clips takes 1.7 times as long in NCDHW for r2plus1d_dw, 1.5 times for
// ir_csn_26. On one thread below 16 clips LibTorch avoids oneDNN for some layers, and the two are about level.
void placeForTraining(torch::jit::Module& network, at::Device device) {
  if (!network.find_method("forward")) {
    throw Error("ERR_MODEL_FORWARD", "expected a TorchScript module with a forward method but this one has none");
  }
  if (network.parameters().size() == 0) {
    throw Error("ERR_UNSUPPORTED", "expected a model with parameters to train but this one has none; was it frozen?");
  }
  try {
    network.to(device);
    network.train();
  } catch (...) {
    throw currentError("ERR_UNSUPPORTED");
  }
  for (at::Tensor parameter : network.parameters()) {
    const at::Tensor values = parameter.to(at::kFloat);
    parameter.set_data(values.dim() == 5 ? values.contiguous(at::MemoryFormat::ChannelsLast3d) : values.contiguous());
  }
  // Not Module::to(dtype): it makes floats of counters such as num_batches_tracked too.
  for (at::Tensor buffer : network.buffers()) {
    if (buffer.is_floating_point()) buffer.set_data(buffer.to(at::kFloat));
  }
}

c10::IValue forward(torch::jit::Module& network, std::vector<c10::IValue> inputs, at::Device device,
                    at::ScalarType precision) {
  PlainExecution plain(false);
  try {
    Autocast autocast(device.type(), precision);
    return network.forward(std::move(inputs));
  } catch (...) {
    throw currentError("ERR_MODEL_FORWARD");
  }
}

void backward(const at::Tensor& loss) {
  PlainExecution plain(false);
  loss.backward();
}

void checkForward(torch::jit::Module& network, const preprocessing::InputSpec& input, const Objective& objective,
                  at::Device device, at::ScalarType precision) {
  at::NoGradGuard noGrad;
  network.eval();
  augmentation::RandomState random(0);
  const at::Tensor clip = at::zeros({1, 3, input.frames, input.height, input.width}, at::device(device));
  const augmentation::PreparedBatch batch{
      clip.contiguous(at::MemoryFormat::ChannelsLast3d), {}, toDevice(objective.hidden(1, random), device)};
  objective.checkOutputs(forward(network, objective.inputs(batch), device, precision));
}

}  // namespace kinetorch::training
