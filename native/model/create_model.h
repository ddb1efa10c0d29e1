#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "native/architectures/frame_cnn_spec.h"
#include "native/formats/file_source.h"
#include "native/model/inflation.h"

namespace kinetorch::model {

struct CreateOptions {
  std::string architecture;
  int64_t numClasses = 0;
  uint64_t seed = 0;
  architectures::FrameCnnSpec frameCnn;  // for 2-D networks alone
  std::string metadata;                  // text of kinetorch.json
  // A .safetensors or .pth file or a TorchScript archive, or several with parts of the weights; none for fresh weights.
  std::vector<formats::FileSource> weights;
  bool newHead = false;  // keep the fresh classification head, whatever head `weights` has
  Inflation inflation = Inflation::kAverage;
};

// A TorchScript archive of the architecture. Throws ERR_INVALID_ARGUMENT, ERR_WEIGHTS, ERR_MODEL_FORMAT, ERR_FILE_*.
std::vector<uint8_t> createModel(CreateOptions options);

// The same of the architecture's stages with a decoder: see native/architectures/reconstruction.h. Fresh weights.
std::vector<uint8_t> createReconstruction(const std::string& architecture, bool masked, uint64_t seed,
                                          const std::string& metadata);

}  // namespace kinetorch::model
