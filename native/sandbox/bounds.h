#pragma once

#include <cstdint>

namespace kinetorch::sandbox {

// Bounds this process: so much more private memory than it has now, no core dumps, no bytes written to files unless
// `writesFile`. It is killed when the thread that started it ends. Throws std::system_error.
void setBounds(uint64_t memoryBytes, bool writesFile);

}  // namespace kinetorch::sandbox
