#pragma once

#include <optional>
#include <string>

#include "native/formats/byte_source.h"

namespace kinetorch::formats {

// A file that people take for a TorchScript model, or for weights, by what is in it.
struct ForeignFile {
  std::string what;        // for example "an ONNX model"
  std::string forModel;    // what to do where a model is wanted
  std::string forWeights;  // what to do where weights are wanted; empty: it has weights that can be read
};

// nullopt of a TorchScript archive, and of what is not known or too damaged to tell.
std::optional<ForeignFile> foreignFileOf(const ByteSource& source);

// The same of a folder in which other programs keep a model, with what to do; nullopt of anything else.
std::optional<std::string> modelFolderOf(const std::string& path);

}  // namespace kinetorch::formats
