#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "native/formats/byte_source.h"
#include "native/model/linear_head.h"

namespace torch::jit {
struct Module;
}

namespace kinetorch::model {

struct ModelFormat;

// A model's file, opened and checked once and then asked for what is in it. It stays open: what was checked is what is
// loaded, whatever becomes of its path, and a file that is written to meanwhile is refused. Copies share the open file,
// and may be used on any thread.
class ModelFile {
 public:
  // Finds out the format and checks all of the file: structure and CRCs. Throws ERR_FILE_*, ERR_MODEL_FORMAT.
  static ModelFile open(formats::FileSource source);

  // For example "torchscript".
  const char* format() const;
  // Text of kinetorch.json; nullopt of a file from elsewhere.
  const std::optional<std::string>& metadata() const { return metadata_; }
  // The network, on the CPU; another one at each call. Throws ERR_MODEL_FORMAT, ERR_FILE_ACCESS.
  torch::jit::Module module() const;
  // The same network as a TorchScript archive with this text as its kinetorch.json; `isPerFrame`: the file's is one for
  // pictures, and the archive's for clips. Throws as module(), and ERR_MODEL_FORWARD where it is none for pictures.
  std::vector<uint8_t> withMetadata(const std::string& metadata, bool isPerFrame) const;
  // The same with another head. Throws as module() and setHead().
  std::vector<uint8_t> withHead(const std::string& metadata, const LinearHead& head) const;

 private:
  ModelFile(std::shared_ptr<const formats::ByteSource> source, const ModelFormat& format);

  std::shared_ptr<const formats::ByteSource> source_;
  const ModelFormat* format_;
  std::optional<std::string> metadata_;
};

}  // namespace kinetorch::model
