#pragma once

#include <cstddef>

namespace kinetorch {

// Keeps LibTorch's large blocks of CPU memory for the next step, a training step or a forward pass, which asks for the
// same sizes again.
//
// Without it they go back to malloc, and from any thread but the main one glibc gives them back to the system, which
// then has to clear and map the same pages anew at every step: a fifth of a training step of the small networks.
//
// Note [Blocks]
// The cache is LibTorch's allocator for all CPU tensors of the process. A block is freed by whoever drops the last
// tensor, from any thread and perhaps long after the trainer or model is gone, so that its size lies in front of it and
// the cache is never destroyed. Nothing is kept while nothing runs steps.

// Makes the cache LibTorch's CPU allocator. Called once, before the first tensor.
void installBlockCache();

// While one lives, freed blocks are kept; when the last one goes, they are freed.
class KeptBlocks {
 public:
  KeptBlocks();
  ~KeptBlocks();
  KeptBlocks(const KeptBlocks&) = delete;
  KeptBlocks& operator=(const KeptBlocks&) = delete;

  // Frees what the last few steps had no use for.
  void endStep();
};

// Bytes kept and not in use.
size_t keptBytes();

}  // namespace kinetorch
