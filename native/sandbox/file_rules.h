#pragma once

#include <string>

namespace kinetorch::sandbox {

// Forbids every thread of this process, by Landlock, to open, make, remove or rename any file but `writable` (empty: no
// exception), and TCP where the kernel's ABI is 4 or newer. Gives the ABI's version. Throws std::system_error.
int restrictFiles(const std::string& writable);

}  // namespace kinetorch::sandbox
