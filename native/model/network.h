#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>
#include <string>
#include <vector>

#include "native/model/model_source.h"
#include "native/model/optimize_options.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch {

// A thing that maps clips to logits. TorchScript is one way to have it; a compiled .pt2 can become another.
class Network {
 public:
  virtual ~Network() = default;

  // N×3×T×H×W, on the network's device and in its precision -> N×classes float32.
  virtual at::Tensor logits(const at::Tensor& clips) = 0;
  // -> N×C float32, the vector before the last layer. Only where canEmbed().
  virtual at::Tensor embed(const at::Tensor& clips) = 0;
  // Prepares for batches of these sizes, the only ones that will come.
  virtual void warmUp(const std::vector<int64_t>& batchSizes) { static_cast<void>(batchSizes); }
  virtual bool canEmbed() const = 0;
  // Of the parameters, as they lie on the device.
  virtual int64_t bytes() const = 0;
  // What a person should know of how it runs; empty: nothing.
  virtual const std::string& warning() const = 0;
};

// Loads, freezes (folding batch norms) and moves a TorchScript model, then runs one random clip of `input`'s shape
// to see that it gives `numClasses` logits. Throws ERR_MODEL_FORMAT, ERR_MODEL_FORWARD, ERR_MODEL_METADATA.
std::unique_ptr<Network> loadNetwork(const ModelSource& source, const InputSpec& input, int64_t numClasses,
                                     c10::Device device, c10::ScalarType precision, const OptimizeOptions& optimize);

}  // namespace kinetorch
