#pragma once

#include <torch/csrc/jit/api/module.h>

#include "native/formats/file_source.h"

namespace kinetorch::model {

// Copies every tensor of a .safetensors file, a torch .pth file or a TorchScript archive into the module's parameters
// and buffers, by name; with `keepHead` all but those of the classification head `fc`. Throws ERR_WEIGHTS listing every
// missing, extra and wrongly shaped tensor; then nothing has been copied. `num_batches_tracked` may be missing: files
// from before PyTorch 0.4.1 and converted ones lack it. Loading a TorchScript archive runs its code, as loadModule
// does.
void importWeights(const torch::jit::Module& module, const formats::FileSource& source, bool keepHead);

}  // namespace kinetorch::model
