#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kinetorch::model {

// Note [The scan]
// What the code of a TorchScript archive may do besides computing is found by what it names: each operator, function
// and attribute has to be one that is known to compute and no more (known_operators.h), or the archive's own, whose
// code is looked at as well. So what is new, or hidden behind another name, is found too: `torch` and `ops` may not
// stand alone, and an attribute is taken for an operator where LibTorch has one of its name. Nothing is run, parsed by
// LibTorch or left out. It tells a person what a file does and decides what is refused; it is no sandbox, and what it
// does not find may still take memory or time, or end the process by a fault of LibTorch's.

// What is in one file of an archive's code that is not known only to compute, such as "calls torch.save in
// __torch__.Net.__setstate__". `module` is what the file's names begin with, for example "__torch__.models".
std::vector<std::string> scanCode(std::string_view code, const std::string& module);

}  // namespace kinetorch::model
