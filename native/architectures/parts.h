#pragma once

#include <string>
#include <vector>

namespace kinetorch::architectures {

// What a network's parts are called: paths of modules, as in the state dict.
struct Parts {
  std::vector<std::string> stages;  // from the input on, the head left out
  std::string head;                 // the linear layer that gives the logits
};

}  // namespace kinetorch::architectures
