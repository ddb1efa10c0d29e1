#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>
#include <string>
#include <vector>

#include "native/model/model_file.h"
#include "native/network/optimize_options.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::network {

// A thing that maps clips to logits. TorchScript is one way to have it; a compiled .pt2 can become another.
class Network {
 public:
  virtual ~Network() = default;

  // N×3×T×H×W, on the network's device and in its precision -> N×classes float32.
  virtual at::Tensor logits(const at::Tensor& clips) = 0;
  // -> N×C float32, the vector before the last layer. Only where canEmbed().
  virtual at::Tensor embed(const at::Tensor& clips) = 0;
  virtual bool canEmbed() const = 0;
  // Of the parameters, as they lie on the device.
  virtual int64_t bytes() const = 0;
  // What a person should know of how it runs; empty: nothing.
  virtual const std::string& warning() const = 0;
  // Runs random clips in batches of these sizes, so that those that come later meet nothing for the first time: on CUDA
  // algorithms are chosen for every size, and what helps small batches is set up. Call it on the thread that will run
  // the network. Throws c10::OutOfMemoryError where a batch is too large. On a CPU it does nothing.
  virtual void warmUp(const std::vector<int64_t>& batchSizes) = 0;
};

// Moves a TorchScript model to the device and freezes it (folding batch norms), then runs one random clip of `input`'s
// shape to see that it gives `numClasses` logits. On CUDA it sets how the process uses cuDNN. Throws ERR_MODEL_FORMAT,
// ERR_MODEL_FORWARD, ERR_MODEL_METADATA, and ERR_DEVICE where cuDNN is too old.
std::unique_ptr<Network> loadNetwork(const model::ModelFile& file, const preprocessing::InputSpec& input,
                                     int64_t numClasses, c10::Device device, c10::ScalarType precision,
                                     const OptimizeOptions& optimize);

}  // namespace kinetorch::network
