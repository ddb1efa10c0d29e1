#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "native/formats/weight_file.h"

namespace kinetorch::model {

// Shapes by name, as the file names tensors.
using WantedShapes = std::map<std::string, std::vector<int64_t>>;

// What a network wants.
struct WantedWeights {
  WantedShapes shapes;
  std::string head;      // path of the module that gives the logits
  bool newHead = false;  // its tensors are neither wanted nor too much
};

// Which of a file's tensors are a network's.
struct WeightFit {
  size_t set = 0;
  // Names in the network, each with its entry in the set.
  std::vector<std::pair<std::string, size_t>> entries;
};

// Note [Wrapped weights]
// A checkpoint may hold the network's tensors with names that begin otherwise, because the network was a part of
// something (Lightning's `model.`, `encoder.`), and with the names of wrappers in between (`module.` of
// DataParallel and of AveragedModel, `_orig_mod.` of torch.compile); and it may hold several such sets. Sets and
// beginnings are tried until one gives the network all that it wants, in the right shapes. What lies beside such a
// beginning is another part's; what lies beside tensors that have none is too much. Where several fit, the model's own
// go before its average, which may have been saved before it was ever updated; otherwise nothing is guessed.

// The tensors for a network; where it wants kernels of clips, those of pictures will do, whose head is left alone
// where it is missing or of another number of classes. Throws ERR_WEIGHTS naming what is missing, too much, or of
// another shape in the set that comes nearest; or the sets, where several fit.
WeightFit fitWeights(const std::vector<formats::WeightSet>& sets, const WantedWeights& wanted,
                     const std::string& label);

}  // namespace kinetorch::model
