#pragma once

#include <memory>

#include "native/formats/byte_source.h"
#include "native/formats/torch_file.h"

namespace kinetorch::formats {

// Whether its first bytes are a zip's.
bool isZip(const ByteSource& source);

// The zip that PyTorch writes since 1.6: the pickle is `data.pkl`, a storage the file `data/<key>`. Checks every CRC it
// reads. Throws ERR_WEIGHTS.
TorchFile readTorchZip(std::shared_ptr<const ByteSource> source);

}  // namespace kinetorch::formats
