#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "native/engine/batch.h"
#include "native/engine/read_outputs.h"
#include "native/engine/staging.h"
#include "native/network/network.h"
#include "native/preprocessing/input_spec.h"
#include "native/runtime/device_stream.h"

namespace kinetorch::engine {

// 1, 2, 4, 8, … and `maxBatchSize`: few sizes, so that a network can prepare for each.
std::vector<int64_t> bucketSizes(int64_t maxBatchSize);

// Runs batches of one network on its device, in three steps: stage, launch, complete. Only `complete` waits for the
// device, so that on CUDA one batch is copied and preprocessed while another runs; on a CPU each step has done its work
// when it returns. Each step may have a thread of its own; a batch goes from one to the next with its slot. Steps throw
// what concerns the whole batch.
//
// Note [Out of memory]
// A batch that found too little memory is run again in halves, one after the other, when LibTorch has given back what
// it kept for later. Where that fails too the half's clips get the error; the model goes on.
class BatchRunner {
 public:
  // `sizes`: ascending, those that batches are filled up to with black clips and that the network is made to prepare
  // for; clips then take the way through Staging. Empty: batches stay as they are, preprocessed on the CPU.
  BatchRunner(std::unique_ptr<network::Network> network, const preprocessing::InputSpec& input, bool isMultiLabel,
              c10::Device device, c10::ScalarType precision, std::vector<int64_t> sizes);

  // What one batch at a time needs on its way.
  struct Slot {
    explicit Slot(const BatchRunner& runner);

    std::optional<Staging> staging;
    DeviceEvent staged;
    DeviceEvent done;
    at::Tensor clips;                // on the device
    network::OutputTensors outputs;  // in the CPU's memory, once `done`
  };

  void stage(Slot& slot, BatchItems items) const;
  // On the thread that prepared the network, always.
  void launch(Slot& slot, BatchItems items) const;
  // Blocks until the batch is done, and gives every item its result or error.
  void complete(Slot& slot, BatchItems items) const;

  // After a step has failed: blocks until the device no longer uses the slot's memory. Throws nothing.
  void abandon(Slot& slot) const;

  // All steps in two halves, on the thread of `launch`. Throws nothing: items get the errors.
  void runInHalves(Slot& slot, BatchItems items) const;

 private:
  at::Tensor preprocess(BatchItems items) const;

  const std::unique_ptr<network::Network> network_;
  const preprocessing::InputSpec input_;
  const ScoreKind scores_;
  const at::Tensor head_;  // Network::headOfFeatures
  const c10::Device device_;
  const c10::ScalarType precision_;
  const std::vector<int64_t> sizes_;
  const DeviceStream copying_;
  const DeviceStream computing_;
};

}  // namespace kinetorch::engine
