#include "native/formats/zip_archive.h"

#include <algorithm>
#include <utility>

#include "native/formats/crc32.h"
#include "native/formats/deflate_reader.h"
#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

constexpr size_t kBlockSize = size_t{1} << 20;

bool isSafeName(const std::string& name) {
  if (name.empty() || name.front() == '/') return false;
  for (const char c : name) {
    if ((c >= 0 && c < 0x20) || c == 0x7F || c == '\\' || c == ':') return false;
  }
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (part == ".." || part == "." || (part.empty() && end != name.size())) return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace

ZipArchive::ZipArchive(std::shared_ptr<const ByteSource> source, ZipLimits limits)
    : source_(std::move(source)), limits_(std::move(limits)), entries_(readZipDirectory(*source_, limits_)) {
  checkNames();
}

void ZipArchive::checkNames() {
  root_ = entries_.front().name.substr(0, entries_.front().name.find('/'));
  for (size_t i = 0; i < entries_.size(); ++i) {
    const ZipEntry& entry = entries_[i];
    if (!isSafeName(entry.name)) {
      fail("expected entries with plain relative names but received " + inQuotes(entry.name));
    }
    if (entry.name.compare(0, root_.size() + 1, root_ + "/") != 0) {
      fail("expected a PyTorch archive, with all in one folder, but received " + inQuotes(entry.name) + " beside " +
           inQuotes(root_));
    }
    if (entry.deflated && entry.name.compare(root_.size(), 6, "/code/") != 0) {
      fail("expected " + inQuotes(entry.name) + " to be stored but it is compressed, as only code/ may be");
    }
    if (!indexByName_.emplace(entry.name, i).second) {
      fail("expected unique names but " + inQuotes(entry.name) + " is there twice");
    }
  }
}

const ZipEntry* ZipArchive::find(const std::string& name) const {
  const auto found = indexByName_.find(name);
  return found == indexByName_.end() ? nullptr : &entries_[found->second];
}

std::vector<uint8_t> ZipArchive::read(const ZipEntry& entry) const {
  if (entry.deflated) return inflate(entry);
  std::vector<uint8_t> content(entry.size);
  source_->readAt(entry.dataOffset, content.data(), content.size());
  checkCrc(entry, crc32(0, content.data(), content.size()));
  return content;
}

std::vector<uint8_t> ZipArchive::inflate(const ZipEntry& entry) const {
  std::vector<uint8_t> stored(entry.storedSize);
  source_->readAt(entry.dataOffset, stored.data(), stored.size());
  std::vector<uint8_t> content(entry.size);
  if (!inflateExact(stored.data(), stored.size(), content.data(), content.size())) {
    fail("expected " + inQuotes(entry.name) + " to inflate to " + std::to_string(entry.size) +
         " bytes but its data is damaged");
  }
  checkCrc(entry, crc32(0, content.data(), content.size()));
  return content;
}

std::optional<std::string> ZipArchive::readExtraFile(const std::string& name) const {
  const ZipEntry* entry = find(root_ + "/extra/" + name);
  if (entry == nullptr) return std::nullopt;
  const std::vector<uint8_t> content = read(*entry);
  return std::string(content.begin(), content.end());
}

void ZipArchive::checkAll() const {
  std::vector<uint8_t> block;
  for (const ZipEntry& entry : entries_) {
    if (entry.deflated) {
      inflate(entry);
      continue;
    }
    uint32_t crc = 0;
    for (uint64_t done = 0; done < entry.size;) {
      block.resize(static_cast<size_t>(std::min<uint64_t>(kBlockSize, entry.size - done)));
      source_->readAt(entry.dataOffset + done, block.data(), block.size());
      crc = crc32(crc, block.data(), block.size());
      done += block.size();
    }
    checkCrc(entry, crc);
  }
}

void ZipArchive::checkCrc(const ZipEntry& entry, uint32_t actual) const {
  if (actual == entry.crc) return;
  fail("expected CRC-32 " + std::to_string(entry.crc) + " for " + inQuotes(entry.name) + " but its content gives " +
       std::to_string(actual) + ": the file is damaged");
}

void ZipArchive::fail(const std::string& message) const {
  throw Error(limits_.errorCode, source_->label() + ": " + message);
}

}  // namespace kinetorch::formats
