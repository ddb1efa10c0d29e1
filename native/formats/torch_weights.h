#pragma once

#include <memory>
#include <string>

#include "native/formats/torch_file.h"
#include "native/formats/weight_file.h"

namespace kinetorch::formats {

// The state dicts in a file that torch.save wrote, whatever else lies beside and around them; the parameters and
// buffers of a module that it wrote whole; or those of a TorchScript model. The pickle is read, not run: classes and
// functions that it names are names, and none is known but those that make tensors. `label` begins every message.
// Throws ERR_WEIGHTS.
std::unique_ptr<WeightFile> weightsOf(TorchFile file, const std::string& label);

}  // namespace kinetorch::formats
