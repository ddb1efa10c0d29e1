#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

#include "native/formats/file_source.h"

namespace kinetorch::model {

// Copies the network's tensors out of a .safetensors file, a torch .pth file or a TorchScript archive, of which nothing
// is executed, into the module's parameters and buffers, by name: see Note [Wrapped weights]. Those of `newHead`, the
// path of a module, keep what they have, where that is not empty. Throws ERR_WEIGHTS listing every missing, extra and
// wrongly shaped tensor; then nothing has been copied. `num_batches_tracked` may be missing: files from before PyTorch
// 0.4.1 and converted ones lack it.
void importWeights(const torch::jit::Module& module, formats::FileSource source, const std::string& newHead);

}  // namespace kinetorch::model
