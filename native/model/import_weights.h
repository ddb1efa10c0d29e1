#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

namespace kinetorch {

// Copies every tensor of a .safetensors or torch .pth file into the module's parameters and buffers, by name. Throws
// ERR_WEIGHTS listing every missing, extra and wrongly shaped tensor; then nothing has been copied.
// `num_batches_tracked` may be missing: files from before PyTorch 0.4.1 and converted ones lack it.
void importWeights(const torch::jit::Module& module, const std::string& path);

}  // namespace kinetorch
