#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "native/formats/byte_source.h"
#include "native/model/catalogue_network.h"
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
  // With a `sha256`, 64 hexadecimal digits, also ERR_MODEL_UNTRUSTED where the file's is another.
  static ModelFile open(formats::FileSource source, const std::string& sha256 = "");

  // For example "torchscript".
  const char* format() const;
  // Text of kinetorch.json; nullopt of a file from elsewhere.
  const std::optional<std::string>& metadata() const { return metadata_; }
  // What is in the file, code above all, that may do more than compute, for people to read; see Note [The scan]. Throws
  // ERR_FILE_ACCESS.
  std::vector<std::string> scan() const;
  // The same file, of which no code runs: its network is built here, with the file's weights. See buildWithWeights.
  ModelFile builtHere(CatalogueNetwork network) const;
  // The network, on the CPU; another one at each call. Runs the file's code, unless it is built here. Throws
  // ERR_MODEL_FORMAT, ERR_FILE_ACCESS, and as buildWithWeights.
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
  std::optional<CatalogueNetwork> network_;  // to be built here
};

}  // namespace kinetorch::model
