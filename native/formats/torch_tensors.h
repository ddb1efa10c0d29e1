#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "native/formats/pickle_tree.h"
#include "native/formats/weight_file.h"
#include "native/formats/zip_archive.h"

namespace kinetorch::formats {

// The tensors of a zip that torch.save wrote: calls in its pickle of a few functions of PyTorch's, over storages that
// are files of their own. Throws ERR_WEIGHTS for what isn't as PyTorch writes it.
class TorchTensors {
 public:
  TorchTensors(ZipArchive archive, PickleTree tree, std::string label)
      : archive_(std::move(archive)), tree_(std::move(tree)), label_(std::move(label)) {}

  const PickleTree& tree() const { return tree_; }
  // Of a tensor or parameter; nullopt for all else.
  std::optional<std::vector<int64_t>> shapeOf(PickleRef ref) const;
  // Its elements, contiguous. Checks the CRC of its storage.
  WeightTensor read(const std::string& name, PickleRef ref);
  [[noreturn]] void fail(const std::string& message) const;

 private:
  // Storage, offset, size and stride of a tensor, parameters and other wrappers taken off; nullptr where it is none.
  const std::vector<PickleRef>* partsOf(PickleRef ref) const;
  std::vector<int64_t> integers(const std::string& what, PickleRef ref) const;
  const std::vector<uint8_t>& readStorage(const std::string& what, PickleRef ref);
  void copyView(WeightTensor& tensor, const std::vector<uint8_t>& storage, int64_t offset,
                const std::vector<int64_t>& strides);

  ZipArchive archive_;
  PickleTree tree_;
  std::string label_;
  std::unordered_map<std::string, std::vector<uint8_t>> storages_;
  std::unordered_map<const std::vector<uint8_t>*, ScalarKind> storageKinds_;
  uint64_t copied_ = 0;
};

}  // namespace kinetorch::formats
