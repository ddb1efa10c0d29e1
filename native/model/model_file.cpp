#include "native/model/model_file.h"

#include <utility>

#include "native/formats/foreign_file.h"
#include "native/model/model_format.h"
#include "native/model/per_frame.h"
#include "native/model/serialize_module.h"
#include "native/runtime/error.h"

namespace kinetorch::model {
namespace {

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

}  // namespace

ModelFile::ModelFile(std::shared_ptr<const formats::ByteSource> source, const ModelFormat& format)
    : source_(std::move(source)), format_(&format), metadata_(format.check(source_)) {}

ModelFile ModelFile::open(formats::FileSource source) {
  std::shared_ptr<const formats::ByteSource> bytes = openSource(std::move(source));
  const ModelFormat& format = formatOf(*bytes);
  return {std::move(bytes), format};
}

const char* ModelFile::format() const { return format_->name; }

torch::jit::Module ModelFile::module() const { return format_->load(source_); }

std::vector<uint8_t> ModelFile::withMetadata(const std::string& metadata, bool isPerFrame) const {
  return serializeModule(isPerFrame ? perFrame(module()) : module(), metadata);
}

std::vector<uint8_t> ModelFile::withHead(const std::string& metadata, const LinearHead& head) const {
  const torch::jit::Module network = module();
  setHead(network, head);
  return serializeModule(network, metadata);
}

}  // namespace kinetorch::model
