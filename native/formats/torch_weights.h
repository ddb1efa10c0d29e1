#pragma once

#include <memory>
#include <vector>

#include "native/formats/byte_source.h"
#include "native/formats/weight_file.h"

namespace kinetorch::formats {

// Reads the state dict in a zip that torch.save wrote, or the parameters and buffers of a TorchScript model. The pickle
// is read, not run: beyond plain values it may name tensors, parameters, their storages and OrderedDict, in a
// TorchScript model its modules' classes, and nothing else. Checks every CRC it reads. Throws ERR_WEIGHTS.
std::vector<WeightTensor> readTorchWeights(std::unique_ptr<ByteSource> source);

}  // namespace kinetorch::formats
