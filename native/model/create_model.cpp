#include "native/model/create_model.h"

#include "native/architectures/build.h"
#include "native/model/import_weights.h"
#include "native/model/module_io.h"

namespace kinetorch {

std::vector<uint8_t> createModel(const CreateOptions& options) {
  const torch::jit::Module module = buildArchitecture(options.architecture, options.numClasses, options.seed);
  const bool fresh = options.weights.path.empty() && options.weights.bytes.empty();
  if (!fresh) importWeights(module, options.weights, options.newHead);
  return serializeModule(module, options.metadata);
}

}  // namespace kinetorch
