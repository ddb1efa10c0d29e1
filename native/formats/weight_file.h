#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "native/formats/byte_source.h"

namespace kinetorch::formats {

enum class ScalarKind { kFloat64, kFloat32, kFloat16, kBFloat16, kInt64, kInt32, kInt16, kInt8, kUInt8, kBool };

// Bytes of one element.
size_t scalarSize(ScalarKind kind);
// As PyTorch calls it, for example "float32".
const char* scalarName(ScalarKind kind);

// One tensor of a weights file: contiguous, row-major, little-endian.
struct WeightTensor {
  std::string name;
  ScalarKind kind = ScalarKind::kFloat32;
  std::vector<int64_t> shape;
  std::vector<uint8_t> bytes;
};

// Reads the tensors of a `.safetensors` file, of a PyTorch zip (`torch.save`) that holds a state dict, by itself or
// under the key `state_dict` or `model`, or of a TorchScript model. What the file is, its content tells and not its
// name. A prefix `module.` that all names share (DataParallel) is dropped. Tensors come in the file's order, with
// unique names. Nothing in the file is executed. Throws ERR_WEIGHTS, ERR_FILE_NOT_FOUND, ERR_FILE_ACCESS.
std::vector<WeightTensor> openWeights(std::unique_ptr<ByteSource> source);

}  // namespace kinetorch::formats
