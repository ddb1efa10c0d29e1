#pragma once

#include <memory>

#include "native/formats/byte_source.h"
#include "native/formats/weight_file.h"

namespace kinetorch::formats {

// Opens a safetensors file: a header length (8 bytes, little-endian, at most 100 MB), a JSON header, the data. The
// header is taken strictly, as the format's reference reader does: tensors fill the data without holes or overlaps.
// Throws ERR_WEIGHTS.
std::unique_ptr<WeightFile> openSafetensors(std::unique_ptr<ByteSource> source);

}  // namespace kinetorch::formats
