#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "native/formats/pickle_tree.h"

namespace kinetorch::formats {

// How deep values nest in each other at most, for a reader that recurses; SIZE_MAX where one holds itself.
size_t pickleDepth(const PickleTree& tree);

// What a pickle of a TorchScript archive, or what LibTorch would make of it, has in it beside data: names of anything
// but the archive's own classes and what makes tensors and lists, values nested too deep for it. `name` is the
// pickle's, for example "data.pkl". None for what LibTorch itself wrote of a network.
std::vector<std::string> scanPickle(const std::vector<uint8_t>& pickle, const std::string& name);

}  // namespace kinetorch::formats
