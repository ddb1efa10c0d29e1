#include "native/model/create_model.h"

#include "native/architectures/build.h"
#include "native/model/import_weights.h"
#include "native/model/module_io.h"

namespace kinetorch::model {

std::vector<uint8_t> createModel(const CreateOptions& options) {
  const torch::jit::Module module =
      architectures::buildArchitecture(options.architecture, options.numClasses, options.seed);
  if (!options.weights.isEmpty()) importWeights(module, options.weights, options.newHead);
  return serializeModule(module, options.metadata);
}

}  // namespace kinetorch::model
