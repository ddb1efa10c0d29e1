#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "native/model/model_file.h"

namespace kinetorch::model {

struct LayerProfile {
  std::string path;                  // as in the state dict
  std::string kind;                  // for example 'conv3d'
  std::vector<int64_t> outputShape;  // without the batch: [C, T, H, W] or [C]
  int64_t parameters = 0;
  int64_t macs = 0;  // multiply-adds for one clip
};

struct ModelProfile {
  int64_t parameters = 0;
  std::vector<LayerProfile> layers;
  std::string unknownOperator;  // not empty: the walk stopped there and `layers` is empty
};

// Follows one clip's shape through the module's graph without running it. `shape` is {frames, height, width}.
ModelProfile profileModel(const ModelFile& file, std::array<int64_t, 3> shape);

}  // namespace kinetorch::model
