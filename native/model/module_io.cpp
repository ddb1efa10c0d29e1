#include "native/model/module_io.h"

#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>

#include <memory>
#include <sstream>
#include <streambuf>

#include "native/formats/zip_archive.h"
#include "native/runtime/error.h"

namespace kinetorch::model {

namespace {

// Lets LibTorch read bytes that are already in memory without copying them into a string first.
class MemoryBuffer : public std::streambuf {
 public:
  MemoryBuffer(const uint8_t* data, size_t size) {
    char* begin = const_cast<char*>(reinterpret_cast<const char*>(data));
    setg(begin, begin, begin + size);
  }

 protected:
  pos_type seekoff(off_type offset, std::ios_base::seekdir from, std::ios_base::openmode) override {
    char* base = from == std::ios_base::beg ? eback() : from == std::ios_base::cur ? gptr() : egptr();
    setg(eback(), base + offset, egptr());
    return gptr() - eback();
  }
  pos_type seekpos(pos_type position, std::ios_base::openmode mode) override {
    return seekoff(off_type(position), std::ios_base::beg, mode);
  }
};

torch::jit::Module parse(const formats::FileSource& source) {
  if (!source.path.empty()) return torch::jit::load(source.path, c10::Device(c10::kCPU));
  MemoryBuffer buffer(source.bytes.data(), source.bytes.size());
  std::istream stream(&buffer);
  return torch::jit::load(stream, c10::Device(c10::kCPU));
}

}  // namespace

torch::jit::Module loadModule(const formats::FileSource& source) {
  formats::ZipArchive(formats::ByteSource::open(source)).checkAll();
  try {
    return parse(source);
  } catch (...) {
    throw currentError("ERR_MODEL_FORMAT");
  }
}

std::vector<uint8_t> serializeModule(const torch::jit::Module& module, const std::string& metadata) {
  std::vector<uint8_t> bytes;
  torch::jit::ExportModule(module,
                           [&bytes](const void* data, size_t size) {
                             const auto* begin = static_cast<const uint8_t*>(data);
                             bytes.insert(bytes.end(), begin, begin + size);
                             return size;
                           },
                           {{kMetadataFile, metadata}});
  return bytes;
}

}  // namespace kinetorch::model
