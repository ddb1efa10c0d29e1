#pragma once

#include <string>

namespace kinetorch {

// What LibTorch says of a failure, for a person: of a TorchScript network the reason first, then the line of its code
// where the file has it, `RuntimeError: one clip at a time (net.py, line 7: raise …)`; without backtraces of C++, and
// cut where it is long.
std::string shortMessage(const std::string& message);

}  // namespace kinetorch
