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

// What a file says of a tensor before its elements are read.
struct WeightEntry {
  std::string name;
  std::vector<int64_t> shape;
  bool isTensor = true;  // Reading what is none throws, and says what it is.
};

// Tensors that belong together, in the file's order. Most files have one set; a checkpoint may have several, of the
// model and of its average, and they may be parts of larger ones.
struct WeightSet {
  // The keys that lead to it in a checkpoint, `ema.state_dict`; empty for the file itself.
  std::string path;
  std::vector<WeightEntry> entries;
};

class WeightFile {
 public:
  WeightFile() = default;
  WeightFile(const WeightFile&) = delete;
  WeightFile& operator=(const WeightFile&) = delete;
  virtual ~WeightFile() = default;

  // At least one, and no empty one.
  const std::vector<WeightSet>& sets() const { return sets_; }
  // Once for each entry.
  virtual WeightTensor read(size_t set, size_t entry) = 0;

 protected:
  std::vector<WeightSet> sets_;
};

// A `.safetensors` file, one of torch.save (its zip, or the format from before PyTorch 1.6) that holds a state dict
// anywhere in its dicts, or a whole module, a TorchScript model, or an ONNX model. What the file is, its content tells
// and not its name. Nothing in it is executed. Throws ERR_WEIGHTS, ERR_FILE_NOT_FOUND, ERR_FILE_ACCESS.
std::unique_ptr<WeightFile> openWeights(std::unique_ptr<ByteSource> source);

}  // namespace kinetorch::formats
