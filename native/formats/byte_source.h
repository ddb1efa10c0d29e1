#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "native/formats/file_source.h"

namespace kinetorch::formats {

// Random access to the bytes of a file or of a buffer in memory. A read outside of it throws, so what parses an
// untrusted file needs no bounds checks of its own to stay in memory.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Opens a file, or takes the bytes of `source`. Throws as openFile.
  static std::unique_ptr<ByteSource> open(FileSource source);
  // Opens a regular file. Throws ERR_FILE_NOT_FOUND or ERR_FILE_ACCESS with the system's reason.
  static std::unique_ptr<ByteSource> openFile(const std::string& path);

  virtual uint64_t size() const = 0;
  // What error messages call this source: the path, or "the model's bytes".
  virtual const std::string& label() const = 0;
  // Copies `size` bytes from `offset`. Throws ERR_FILE_ACCESS where they are not all there, or the file is not what it
  // was when it was opened, as far as its size and the time of its last change tell.
  void readAt(uint64_t offset, void* target, size_t size) const;

 protected:
  // As readAt, for a range already known to lie within size(). False where the file became shorter or failed; throws
  // ERR_FILE_ACCESS where it was changed.
  virtual bool doRead(uint64_t offset, void* target, size_t size) const = 0;
};

}  // namespace kinetorch::formats
