#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "native/model/model_file.h"
#include "native/network/start_network.h"
#include "native/preprocessing/input_spec.h"
#include "native/quantisation/calibrated_convolution.h"

namespace kinetorch::quantisation {

// A network as loading starts it, with those of its convolutions that suit int8 replaced by calibrated ones: in that
// order a model that is loaded has them too.
class CalibratedNetwork {
 public:
  using Mode = CalibratedConvolution::Mode;

  // Throws as loadNetwork, and ERR_UNSUPPORTED where no convolution can be int8.
  CalibratedNetwork(const model::ModelFile& file, const preprocessing::InputSpec& input, int64_t numClasses);

  const std::vector<c10::intrusive_ptr<CalibratedConvolution>>& layers() const { return layers_; }
  // The kinds of numbers that it was frozen in.
  const network::FloatKinds& floatKinds() const { return started_.kinds.floats; }

  // 1×3×T×H×W -> 1×classes, with these layers in that mode and all others as they are. Throws ERR_MODEL_FORWARD, and
  // ERR_INVALID_ARGUMENT where there is not a flag for each layer.
  at::Tensor run(const at::Tensor& clip, const std::vector<uint8_t>& flags, Mode mode);

  // Throws ERR_INVALID_ARGUMENT where there is not one for each layer.
  void checkFlags(const std::vector<uint8_t>& flags) const;

 private:
  network::StartedNetwork started_;
  std::vector<c10::intrusive_ptr<CalibratedConvolution>> layers_;
};

}  // namespace kinetorch::quantisation
