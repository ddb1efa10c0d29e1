#pragma once

#include <memory>

#include "native/formats/byte_source.h"
#include "native/formats/weight_file.h"

namespace kinetorch::formats {

// Whether the file begins as ONNX models do: a protocol buffer whose first field is a small version number.
bool isOnnx(const ByteSource& source);

// The initialisers of an ONNX model's graph, by their names; its nodes are not looked at. Throws ERR_WEIGHTS, also
// where tensors have numbers for names, as the exporter has folded batch norms into convolutions, or lie in another
// file.
std::unique_ptr<WeightFile> openOnnx(std::unique_ptr<ByteSource> source);

}  // namespace kinetorch::formats
