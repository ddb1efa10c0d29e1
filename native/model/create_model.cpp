#include "native/model/create_model.h"

#include <utility>

#include "native/architectures/build.h"
#include "native/model/import_weights.h"
#include "native/model/serialize_module.h"

namespace kinetorch::model {

std::vector<uint8_t> createModel(CreateOptions options) {
  const torch::jit::Module module =
      architectures::buildArchitecture(options.architecture, options.numClasses, options.seed, options.frameCnn);
  if (!options.weights.empty()) {
    const std::string head = architectures::headOf(module).value();
    importWeights(module, std::move(options.weights), {head, options.newHead, options.inflation});
  }
  return serializeModule(module, options.metadata);
}

std::vector<uint8_t> createReconstruction(const std::string& architecture, bool masked, uint64_t seed,
                                          const std::string& metadata) {
  return serializeModule(architectures::buildReconstruction(architecture, masked, seed), metadata);
}

}  // namespace kinetorch::model
