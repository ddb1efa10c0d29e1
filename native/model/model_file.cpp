#include "native/model/model_file.h"

#include <utility>

#include "native/model/model_format.h"

namespace kinetorch::model {
namespace {

constexpr const ModelFormat* kFormats[] = {&kTorchScript};

// What no format knows is taken for the first, which says best what is wrong with it.
const ModelFormat& formatOf(const formats::ByteSource& source) {
  for (const ModelFormat* format : kFormats) {
    if (format->detect(source)) return *format;
  }
  return *kFormats[0];
}

}  // namespace

ModelFile::ModelFile(std::shared_ptr<const formats::ByteSource> source, const ModelFormat& format)
    : source_(std::move(source)), format_(&format), metadata_(format.check(source_)) {}

ModelFile ModelFile::open(formats::FileSource source) {
  std::shared_ptr<const formats::ByteSource> bytes = formats::ByteSource::open(std::move(source));
  const ModelFormat& format = formatOf(*bytes);
  return {std::move(bytes), format};
}

const char* ModelFile::format() const { return format_->name; }

torch::jit::Module ModelFile::module() const { return format_->load(source_); }

}  // namespace kinetorch::model
