#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "native/formats/pickle_tree.h"

namespace kinetorch::formats {

// Reads what Python's pickle writes in protocols 2 to 5 into a tree. Calls nothing, whatever it names: a global is a
// name, a call a name with arguments, an object its attributes. `collections OrderedDict` alone is taken for what it
// is, a dict. Throws ERR_WEIGHTS; `label` begins every message.
PickleTree readPickle(const std::vector<uint8_t>& pickle, const std::string& label);

// The same of a pickle that begins at `position` of `bytes` and that others may follow; `position` is then its end.
PickleTree readPickleAt(const std::vector<uint8_t>& bytes, size_t& position, const std::string& label);

}  // namespace kinetorch::formats
