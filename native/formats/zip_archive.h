#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
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

// The zip archive of a TorchScript model or of torch.save, read without LibTorch and without trust.
//
// The constructor checks the structure: one disk, no bytes after the directory, every local header equal to its central
// one, entries that lie apart from each other, under one root folder, with unique relative names, stored, or deflated
// where PyTorch's writer deflates (`<root>/code/`). Reading an entry checks its CRC-32, which LibTorch itself does not.
class ZipArchive {
 public:
  // Throws `errorCode` of `limits`, ERR_FILE_NOT_FOUND, ERR_FILE_ACCESS.
  explicit ZipArchive(std::unique_ptr<ByteSource> source, ZipLimits limits = {});

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
  void readDirectory();
  void readLocalHeader(ZipEntry& entry, uint64_t headerOffset, uint16_t flags, uint64_t directoryOffset);
  void checkNames();
  void checkCrc(const ZipEntry& entry, uint32_t actual) const;
  std::vector<uint8_t> inflate(const ZipEntry& entry) const;
  [[noreturn]] void fail(const std::string& message) const;

  std::unique_ptr<ByteSource> source_;
  ZipLimits limits_;
  std::vector<ZipEntry> entries_;
  // First byte of each entry's header and the one after its content or descriptor.
  std::vector<std::pair<uint64_t, uint64_t>> spans_;
  std::unordered_map<std::string, size_t> indexByName_;
  std::string root_;
};

}  // namespace kinetorch::formats
