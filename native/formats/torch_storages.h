#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "native/formats/pickle_tree.h"
#include "native/formats/weight_file.h"

namespace kinetorch::formats {

// What a pickle says of a storage: the persistent id ('storage', type, key, location, elements, and before PyTorch 1.6
// None or of which other storage it is a part).
struct StorageId {
  std::string key;
  PickleRef type = 0;
  std::optional<ScalarKind> kind;  // of a known type
  int64_t elements = 0;            // as it says: may be negative
  bool isPart = false;
};

// nullopt of all else.
std::optional<StorageId> storageIdOf(const PickleTree& tree, PickleRef ref);

// The storages of a file that torch.save wrote, known by their keys.
class TorchStorages {
 public:
  TorchStorages() = default;
  TorchStorages(const TorchStorages&) = delete;
  TorchStorages& operator=(const TorchStorages&) = delete;
  virtual ~TorchStorages() = default;

  virtual uint64_t fileSize() const = 0;
  // Bytes; nullopt where there is no such storage.
  virtual std::optional<uint64_t> sizeOf(const std::string& key) const = 0;
  // All bytes of one that there is.
  virtual std::vector<uint8_t> read(const std::string& key) const = 0;
  // For error messages, for example "`data/0`".
  virtual std::string describe(const std::string& key) const = 0;
};

}  // namespace kinetorch::formats
