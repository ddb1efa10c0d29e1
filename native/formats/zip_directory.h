#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "native/formats/byte_source.h"

namespace kinetorch::formats {

// One file of an archive, as the central directory describes it and the local header confirms.
struct ZipEntry {
  std::string name;
  uint64_t size = 0;
  // Bytes in the archive; other than `size` only where `deflated`.
  uint64_t storedSize = 0;
  uint32_t crc = 0;
  bool deflated = false;
  uint64_t dataOffset = 0;
};

struct ZipLimits {
  uint64_t maxFileSize = uint64_t{8} << 30;
  // PyTorch stores one entry a tensor and one or two a module type: ip_csn_152, the largest architecture here, has
  // 1,232 tensors and some ten types.
  size_t maxEntries = 4096;
  // All deflated entries together. Only TorchScript's code is deflated: some hundred kB for a large network.
  uint64_t maxInflatedSize = uint64_t{64} << 20;
  // Under which a damaged archive is reported.
  std::string errorCode = "ERR_MODEL_FORMAT";
};

// Reads a zip archive's central directory, in its order, and checks the structure: one disk, no bytes after the
// directory, every local header equal to its central one, entries that lie apart from each other, stored or deflated.
// Names are anything yet. Throws `errorCode` of `limits`, ERR_FILE_ACCESS.
std::vector<ZipEntry> readZipDirectory(const ByteSource& source, const ZipLimits& limits);

// A name from the file for error messages: in quotes, without control characters, cut where it is long.
std::string inQuotes(const std::string& name);

}  // namespace kinetorch::formats
