#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "native/network/outputs.h"

namespace kinetorch::network {

using OutputTensors = ByOutput<at::Tensor>;

// A thing that maps clips to logits, and perhaps to other outputs, or that gives them back. TorchScript is one way to
// have it; a compiled .pt2 can become another.
class Network {
 public:
  virtual ~Network() = default;

  // The sources that `run` can give.
  virtual OutputSet outputs() const = 0;
  // Whether its logits are no logits but probabilities already, for they went through a softmax or sigmoids.
  virtual bool givesProbabilities() const { return false; }
  // N×3×T×H×W, on the network's device and in its precision -> what is `wanted` of outputs(), from one pass: float32 on
  // the device, in the shapes of the table (outputs.h). The other tensors are undefined.
  virtual OutputTensors run(const at::Tensor& clips, OutputSet wanted) = 0;
  // Of the parameters, as they lie on the device.
  virtual int64_t bytes() const = 0;
  // What a person should know of how it runs.
  virtual const std::vector<std::string>& warnings() const = 0;
  // Where the logits are a linear layer of the mean of its features over time and space: the weights, classes×C,
  // float32 in the CPU's memory. Else undefined.
  virtual at::Tensor headOfFeatures() const { return {}; }
  // Whether layers of it run in int8.
  virtual bool isInt8() const { return false; }
  // Whether threads share batches of as many clips as there are threads, or more, by clips and not by layers.
  virtual bool sharesClips() const { return false; }
  // Runs random clips in batches of these sizes, so that those that come later meet nothing for the first time: on CUDA
  // algorithms are chosen for every size, and what helps small batches is set up. Call it on the thread that will run
  // the network. Throws c10::OutOfMemoryError where a batch is too large. On a CPU it does nothing.
  virtual void warmUp(const std::vector<int64_t>& batchSizes) = 0;

  at::Tensor logits(const at::Tensor& clips) { return run(clips, {Output::kLogits})[Output::kLogits]; }
  // What it is made for, by which two ways to run it are compared: logits, or the reconstruction.
  at::Tensor mainOutput(const at::Tensor& clips) {
    const Output made = outputs().has(Output::kLogits) ? Output::kLogits : Output::kReconstruction;
    return run(clips, {made})[made];
  }
};

}  // namespace kinetorch::network
