#pragma once

#include <vector>

#include "native/formats/byte_source.h"
#include "native/formats/weight_file.h"

namespace kinetorch::formats {

// Reads a safetensors file: a header length (8 bytes, little-endian, at most 100 MB), a JSON header, the data. The
// header is taken strictly, as the format's reference reader does: tensors fill the data without holes or overlaps.
// Throws ERR_WEIGHTS.
std::vector<WeightTensor> readSafetensors(const ByteSource& source);

}  // namespace kinetorch::formats
