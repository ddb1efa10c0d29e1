#pragma once

#include <memory>
#include <string>
#include <vector>

#include "native/formats/weight_file.h"

namespace kinetorch::formats {

// Weights that are spread over several files, each with one set, as one set. Throws ERR_WEIGHTS.
std::unique_ptr<WeightFile> joinShards(std::vector<std::unique_ptr<WeightFile>> shards, const std::string& label);

}  // namespace kinetorch::formats
