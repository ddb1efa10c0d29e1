#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>

#include "native/formats/byte_source.h"
#include "native/model/catalogue_network.h"

namespace kinetorch::model {

// The network, built here, with the tensors of a TorchScript archive. Nothing of the file runs: of all that is in it
// data.pkl alone is read, as data, and the numbers that its tensors lie in. Every parameter and buffer must be there in
// its shape and kind, and no tensor beside them. What it takes of memory is bounded by the file's size and that of the
// network with one class. Throws ERR_WEIGHTS, ERR_UNSUPPORTED, ERR_INVALID_ARGUMENT, ERR_FILE_ACCESS.
torch::jit::Module buildWithWeights(std::shared_ptr<const formats::ByteSource> source, const CatalogueNetwork& network);

}  // namespace kinetorch::model
