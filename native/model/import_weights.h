#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

#include "native/formats/file_source.h"
#include "native/model/inflation.h"

namespace kinetorch::model {

struct ImportOptions {
  std::string head;      // path of the module that gives the logits
  bool newHead = false;  // it keeps what it has, whatever the file has for it
  Inflation inflation = Inflation::kAverage;
};

// Copies the network's tensors out of a file of weights, or of several that have a part of them each, into the module's
// parameters and buffers, by name: see Note [Wrapped weights] and Note [Names of other projects]. Nothing in it is
// executed. Kernels of a network for pictures are inflated; its head is left out where it has another number of
// classes. Throws ERR_WEIGHTS naming missing, extra and wrongly shaped tensors; then nothing has been copied.
// `num_batches_tracked` may be missing: files from before PyTorch 0.4.1 and converted ones lack it.
void importWeights(const torch::jit::Module& module, std::vector<formats::FileSource> sources,
                   const ImportOptions& options);

}  // namespace kinetorch::model
