#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "native/formats/pickle_tree.h"

namespace kinetorch::formats {

// Reads the opcodes that torch.save and torch.jit.save write (protocols 2 to 4) into a tree. Calls nothing: a global is
// a name, a call a name with arguments, an object its attributes. `collections OrderedDict` alone is taken for what it
// is, a dict. `isAllowed` is asked for every global ("module name"). Throws ERR_WEIGHTS; `label` begins every message.
PickleTree readPickle(const std::vector<uint8_t>& pickle, const std::function<bool(const std::string&)>& isAllowed,
                      const std::string& label);

}  // namespace kinetorch::formats
