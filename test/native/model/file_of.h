#pragma once

#include "native/model/model_file.h"
#include "native/model/serialize_module.h"

namespace kinetorch::test {

// The file of a module without metadata, opened.
inline model::ModelFile fileOf(const torch::jit::Module& module) {
  return model::ModelFile::open({"", model::serializeModule(module, "{}")});
}

}  // namespace kinetorch::test
