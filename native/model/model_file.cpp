#include "native/model/model_file.h"

#include <algorithm>
#include <utility>

#include "native/formats/foreign_file.h"
#include "native/model/model_format.h"
#include "native/model/per_frame.h"
#include "native/model/serialize_module.h"
#include "native/runtime/error.h"
#include "native/runtime/sha256.h"

namespace kinetorch::model {
namespace {

constexpr size_t kHashedAtOnce = size_t{1} << 20;

constexpr const ModelFormat* kFormats[] = {&kTorchScript};

// What no format knows, and nobody else's either, is taken for the first, which says best what is wrong with it.
const ModelFormat& formatOf(const formats::ByteSource& source) {
  if (const auto foreign = formats::foreignFileOf(source)) {
    throw Error("ERR_MODEL_FORMAT", source.label() + ": expected a TorchScript model but this is " + foreign->what +
                                        "; " + foreign->forModel);
  }
  for (const ModelFormat* format : kFormats) {
    if (format->detect(source)) return *format;
  }
  return *kFormats[0];
}

std::shared_ptr<const formats::ByteSource> openSource(formats::FileSource source) {
  const std::optional<std::string> folder = formats::modelFolderOf(source.path);
  if (folder) throw Error("ERR_MODEL_FORMAT", source.path + ": expected a TorchScript model but this is " + *folder);
  return formats::ByteSource::open(std::move(source));
}

// Of the open file that is loaded, and not of what its path names: see ByteSource::readAt.
void checkSha256(const formats::ByteSource& source, const std::string& expected) {
  Sha256 hash;
  std::vector<uint8_t> part(kHashedAtOnce);
  for (uint64_t offset = 0; offset < source.size(); offset += part.size()) {
    part.resize(static_cast<size_t>(std::min<uint64_t>(kHashedAtOnce, source.size() - offset)));
    source.readAt(offset, part.data(), part.size());
    hash.add(part.data(), part.size());
  }
  const std::string actual = hexOf(hash.digest());
  if (actual == expected) return;
  throw Error("ERR_MODEL_UNTRUSTED", source.label() + ": expected a SHA-256 of " + expected + " but it is " + actual);
}

}  // namespace

ModelFile::ModelFile(std::shared_ptr<const formats::ByteSource> source, const ModelFormat& format)
    : source_(std::move(source)), format_(&format), metadata_(format.check(source_)) {}

ModelFile ModelFile::open(formats::FileSource source, const std::string& sha256) {
  std::shared_ptr<const formats::ByteSource> bytes = openSource(std::move(source));
  if (!sha256.empty()) checkSha256(*bytes, sha256);
  const ModelFormat& format = formatOf(*bytes);
  return {std::move(bytes), format};
}

const char* ModelFile::format() const { return format_->name; }

std::vector<std::string> ModelFile::scan() const { return format_->scan(source_); }

ModelFile ModelFile::builtHere(CatalogueNetwork network) const {
  ModelFile file = *this;
  file.network_ = std::move(network);
  return file;
}

torch::jit::Module ModelFile::module() const {
  return network_ ? format_->build(source_, *network_) : format_->load(source_);
}

std::vector<uint8_t> ModelFile::withMetadata(const std::string& metadata, bool isPerFrame) const {
  return serializeModule(isPerFrame ? perFrame(module()) : module(), metadata);
}

std::vector<uint8_t> ModelFile::withHead(const std::string& metadata, const LinearHead& head) const {
  const torch::jit::Module network = module();
  setHead(network, head);
  return serializeModule(network, metadata);
}

}  // namespace kinetorch::model
