#pragma once

#include <memory>
#include <string>
#include <vector>

#include "native/formats/file_source.h"
#include "native/formats/weight_file.h"

namespace kinetorch::model {

struct OpenWeights {
  std::unique_ptr<formats::WeightFile> file;
  std::string label;  // for error messages
};

// Opens a file of weights, or several that have a part of them each. Throws ERR_WEIGHTS, ERR_FILE_*.
OpenWeights openWeights(std::vector<formats::FileSource> sources);

// How the tensors in such files are named: see WeightNaming. Throws as openWeights.
std::string namingOfWeights(std::vector<formats::FileSource> sources);

}  // namespace kinetorch::model
