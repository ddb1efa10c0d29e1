#pragma once

#include <torch/csrc/jit/api/module.h>

namespace kinetorch::model {

// Makes `a % b` of whole numbers throw where `b` is 0, in all code of a module: LibTorch divides without a look, and
// the processor's trap would end the process.
void checkRemainders(const torch::jit::Module& module);

}  // namespace kinetorch::model
