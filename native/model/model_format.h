#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "native/formats/byte_source.h"
#include "native/model/catalogue_network.h"

namespace kinetorch::model {

// The file inside a model that says what the network wants to see and what it gives (docs/model-format.md).
inline constexpr const char* kMetadataFile = "kinetorch.json";

// One row of the table of model files that can be read; kFormats of model_file.cpp is the table.
struct ModelFormat {
  const char* name;
  // Whether a file looks like one, by its first bytes.
  bool (*detect)(const formats::ByteSource& source);
  // Checks all of the file and gives the text of kinetorch.json; nullopt where there is none. Throws ERR_MODEL_FORMAT,
  // ERR_FILE_ACCESS.
  std::optional<std::string> (*check)(std::shared_ptr<const formats::ByteSource> source);
  // What in a checked file is not known only to compute: see Note [The scan].
  std::vector<std::string> (*scan)(std::shared_ptr<const formats::ByteSource> source);
  // Puts the network of a checked file onto the CPU. Throws ERR_MODEL_FORMAT, ERR_FILE_ACCESS.
  torch::jit::Module (*load)(std::shared_ptr<const formats::ByteSource> source);
  // The same of a network of the architecture table, without running anything of the file: see buildWithWeights.
  torch::jit::Module (*build)(std::shared_ptr<const formats::ByteSource> source, const CatalogueNetwork& network);
};

// A zip archive as torch.jit.save and serializeModule write it.
extern const ModelFormat kTorchScript;

}  // namespace kinetorch::model
