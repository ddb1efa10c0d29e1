#pragma once

#include <c10/core/TensorOptions.h>

#include <memory>
#include <string>
#include <vector>

#include "native/network/network.h"
#include "native/preprocessing/input_spec.h"
#include "native/runtime/cuda_api.h"

namespace kinetorch::network {

// Note [CUDA graphs]
// A small batch keeps a GPU busy for less time than it takes to start its kernels one by one. A graph starts all of
// them at once. It reads and writes the same memory every time: clips are copied to its input, and its outputs are
// copied out before the next batch overwrites them. Large batches gain nothing and would hold much memory.

// A network on CUDA of which small batches run as graphs; for the rest it is the network that it wraps.
class GraphedNetwork final : public Network {
 public:
  // `options` are those of the clips. `library` must outlive this.
  GraphedNetwork(std::unique_ptr<Network> network, const preprocessing::InputSpec& input,
                 const at::TensorOptions& options, const CudaApi& library);

  OutputSet outputs() const override { return network_->outputs(); }
  bool givesProbabilities() const override { return network_->givesProbabilities(); }
  OutputTensors run(const at::Tensor& clips, OutputSet wanted) override;
  at::Tensor headOfFeatures() const override { return network_->headOfFeatures(); }
  int64_t bytes() const override { return network_->bytes(); }
  const std::vector<std::string>& warnings() const override { return network_->warnings(); }
  // Networks that cannot be captured, such as those that wait for the GPU to decide what follows, run as before.
  void warmUp(const std::vector<int64_t>& batchSizes) override;

 private:
  struct Graphed {
    at::Tensor clips;
    OutputTensors outputs;
    std::unique_ptr<CapturedGraph> graph;
  };

  void capture(int64_t batchSize);

  std::unique_ptr<Network> network_;
  preprocessing::InputSpec input_;
  at::TensorOptions options_;
  const CudaApi& library_;
  const OutputSet graphed_;  // what graphs give: all but feature maps, which are large and seldom asked for
  std::vector<Graphed> graphs_;
};

}  // namespace kinetorch::network
