#pragma once

#include <memory>

#include "native/formats/pickle_tree.h"
#include "native/formats/torch_storages.h"

namespace kinetorch::formats {

// What torch.save or torch.jit.save wrote: a pickle, read and not run, and the storages that its tensors lie in.
struct TorchFile {
  PickleTree tree;
  std::unique_ptr<const TorchStorages> storages;
  bool isTorchScript = false;
};

// Bytes of a pickle and of a whole file, at most.
constexpr uint64_t kMaxTorchPickle = uint64_t{32} << 20;
constexpr uint64_t kMaxTorchFile = uint64_t{4} << 30;

}  // namespace kinetorch::formats
