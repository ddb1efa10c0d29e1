#include "native/model/serialize_module.h"

#include <torch/csrc/jit/serialization/export.h>

#include "native/model/model_format.h"

namespace kinetorch::model {

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
