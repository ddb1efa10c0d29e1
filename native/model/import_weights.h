#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

#include "native/formats/file_source.h"

namespace kinetorch::model {

// Copies every tensor of a .safetensors file, a torch .pth file or a TorchScript archive, of which nothing is executed,
// into the module's parameters and buffers, by name; all but those of `newHead`, the path of a module that keeps what
// it has, where that is not empty. Throws ERR_WEIGHTS listing every missing, extra and wrongly shaped tensor; then
// nothing has been copied. `num_batches_tracked` may be missing: files from before PyTorch 0.4.1 and converted ones
// lack it.
void importWeights(const torch::jit::Module& module, formats::FileSource source, const std::string& newHead);

}  // namespace kinetorch::model
