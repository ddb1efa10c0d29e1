#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>
#include <vector>

#include "native/formats/file_source.h"

namespace kinetorch::model {

// The extra file every Kinetorch model carries.
inline constexpr const char* kMetadataFile = "kinetorch.json";

// Checks the archive (structure, CRCs), then loads it onto the CPU. Throws ERR_FILE_*, ERR_MODEL_FORMAT.
torch::jit::Module loadModule(const formats::FileSource& source);

// The archive as bytes, with `metadata` as its kinetorch.json.
std::vector<uint8_t> serializeModule(const torch::jit::Module& module, const std::string& metadata);

}  // namespace kinetorch::model
