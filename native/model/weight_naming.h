#pragma once

#include <string>
#include <vector>

#include "native/formats/weight_file.h"

namespace kinetorch::model {

// Note [Names of other projects]
// A tensor of a residual network has a place: the stem, a convolution of a block in a stage, the shortcut around a
// block, or the head. Each project names places in its own way, and a file is read by turning the names that a network
// has here into the project's, so that messages speak of the file. Networks of other kinds keep their names.

// What a project calls its tensors.
struct WeightNaming {
  // "kinetorch" (torchvision's for video), "torchvision" (for pictures), "pytorchvideo", "pyslowfast" or "mmaction2".
  std::string name;
  // What it calls the tensor, or the module, that is called `ours` here.
  std::string (*of)(const std::string& ours) = nullptr;
};

// The naming that a file's tensors have: "kinetorch" where no other is recognised.
WeightNaming namingOf(const std::vector<formats::WeightSet>& sets);

}  // namespace kinetorch::model
