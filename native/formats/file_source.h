#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kinetorch::formats {

// A file on disk or in memory: `path` where it is not empty, else `bytes`.
struct FileSource {
  std::string path;
  std::vector<uint8_t> bytes;

  bool isEmpty() const { return path.empty() && bytes.empty(); }
};

}  // namespace kinetorch::formats
