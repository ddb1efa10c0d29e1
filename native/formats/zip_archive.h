#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "native/formats/byte_source.h"
#include "native/formats/zip_directory.h"

namespace kinetorch::formats {

// The zip archive of a TorchScript model or of torch.save, read without LibTorch and without trust.
//
// The constructor checks the structure (readZipDirectory) and the names: unique and relative, under one root folder,
// and deflated only where PyTorch's writer deflates (`<root>/code/`). Reading an entry checks its CRC-32, which
// LibTorch itself does not.
class ZipArchive {
 public:
  // Throws `errorCode` of `limits`, ERR_FILE_ACCESS.
  explicit ZipArchive(std::shared_ptr<const ByteSource> source, ZipLimits limits = {});

  // In the central directory's order.
  const std::vector<ZipEntry>& entries() const { return entries_; }
  // The top folder that PyTorch puts everything in, without a slash.
  const std::string& root() const { return root_; }
  uint64_t fileSize() const { return source_->size(); }
  // nullptr where there is none. `name` includes the root.
  const ZipEntry* find(const std::string& name) const;

  // The content, inflated, after its CRC is checked.
  std::vector<uint8_t> read(const ZipEntry& entry) const;
  // The file that PyTorch calls an extra file, `<root>/extra/<name>`.
  std::optional<std::string> readExtraFile(const std::string& name) const;
  // Checks the CRC of every entry.
  void checkAll() const;

 private:
  void checkNames();
  void checkCrc(const ZipEntry& entry, uint32_t actual) const;
  std::vector<uint8_t> inflate(const ZipEntry& entry) const;
  [[noreturn]] void fail(const std::string& message) const;

  std::shared_ptr<const ByteSource> source_;
  ZipLimits limits_;
  std::vector<ZipEntry> entries_;
  std::unordered_map<std::string, size_t> indexByName_;
  std::string root_;
};

}  // namespace kinetorch::formats
