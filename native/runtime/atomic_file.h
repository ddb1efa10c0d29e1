#pragma once

#include <cstddef>
#include <string>

namespace kinetorch {

// Replaces `path` as a whole or not at all: temporary file in the same folder, write, fsync, rename, fsync of the
// folder. Throws ERR_FILE_ACCESS with the system's reason; the file that was there stays.
void writeFileAtomically(const std::string& path, const void* data, size_t size);

}  // namespace kinetorch
