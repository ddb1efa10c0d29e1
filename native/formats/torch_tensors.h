#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "native/formats/torch_file.h"
#include "native/formats/weight_file.h"

namespace kinetorch::formats {

// The tensors of a file that torch.save wrote: calls in its pickle of a few functions of PyTorch's, over storages that
// lie elsewhere in it. Throws ERR_WEIGHTS for what isn't as PyTorch writes it.
class TorchTensors {
 public:
  TorchTensors(TorchFile file, std::string label) : file_(std::move(file)), label_(std::move(label)) {}

  const PickleTree& tree() const { return file_.tree; }
  // Of a tensor or parameter; nullopt for all else.
  std::optional<std::vector<int64_t>> shapeOf(PickleRef ref) const;
  // Its elements, contiguous.
  WeightTensor read(const std::string& name, PickleRef ref);
  [[noreturn]] void fail(const std::string& message) const;

 private:
  // Storage, offset, size and stride of a tensor, parameters and other wrappers taken off; nullptr where it is none.
  const std::vector<PickleRef>* partsOf(PickleRef ref) const;
  std::vector<int64_t> integers(const std::string& what, PickleRef ref) const;
  const std::vector<uint8_t>& readStorage(const std::string& what, PickleRef ref);
  void copyView(WeightTensor& tensor, const std::vector<uint8_t>& storage, int64_t offset,
                const std::vector<int64_t>& strides);

  TorchFile file_;
  std::string label_;
  std::unordered_map<std::string, std::vector<uint8_t>> storages_;
  std::unordered_map<const std::vector<uint8_t>*, ScalarKind> storageKinds_;
  uint64_t copied_ = 0;
};

}  // namespace kinetorch::formats
