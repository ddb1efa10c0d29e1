#pragma once

#include <memory>

#include "native/formats/byte_source.h"
#include "native/formats/torch_file.h"

namespace kinetorch::formats {

// Whether its first bytes are those of torch.save from before PyTorch 1.6.
bool isTorchLegacy(const ByteSource& source);

// Pickles one after another: a magic number, the protocol, the system, what was saved, the keys of its storages; then
// for each key the number of elements and the elements. Little-endian; it has no checksums. Throws ERR_WEIGHTS.
TorchFile readTorchLegacy(std::unique_ptr<ByteSource> source);

}  // namespace kinetorch::formats
