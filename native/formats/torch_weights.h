#pragma once

#include <memory>

#include "native/formats/byte_source.h"
#include "native/formats/weight_file.h"

namespace kinetorch::formats {

// The state dicts in a zip that torch.save wrote, whatever else lies beside and around them; the parameters and buffers
// of a module that it wrote whole; or those of a TorchScript model. The pickle is read, not run: classes and functions
// that it names are names, and none is known but those that make tensors. Checks every CRC it reads. Throws
// ERR_WEIGHTS.
std::unique_ptr<WeightFile> openTorchWeights(std::unique_ptr<ByteSource> source);

}  // namespace kinetorch::formats
