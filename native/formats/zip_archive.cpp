#include "native/formats/zip_archive.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "native/formats/crc32.h"
#include "native/formats/deflate_reader.h"
#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

constexpr uint32_t kLocalSignature = 0x04034B50;
constexpr uint32_t kCentralSignature = 0x02014B50;
constexpr uint32_t kEndSignature = 0x06054B50;
constexpr uint32_t kEnd64Signature = 0x06064B50;
constexpr uint32_t kEnd64LocatorSignature = 0x07064B50;
constexpr uint32_t kDescriptorSignature = 0x08074B50;
constexpr size_t kLocalSize = 30;
constexpr size_t kCentralSize = 46;
constexpr size_t kEndSize = 22;
constexpr size_t kEnd64Size = 56;
constexpr size_t kEnd64LocatorSize = 20;
constexpr uint16_t kStored = 0;
constexpr uint16_t kDeflated = 8;
constexpr uint16_t kFlagDescriptor = 1 << 3;
// The descriptor, UTF-8 names, and the two bits in which a compressor notes its effort.
constexpr uint16_t kKnownFlags = kFlagDescriptor | 1 << 11 | 3 << 1;
constexpr uint64_t kMaxDirectorySize = uint64_t{4} << 20;
constexpr size_t kBlockSize = size_t{1} << 20;
constexpr uint16_t kZip64Field = 1;

uint16_t u16(const uint8_t* p) { return static_cast<uint16_t>(p[0] | p[1] << 8); }
uint32_t u32(const uint8_t* p) { return u16(p) | static_cast<uint32_t>(u16(p + 2)) << 16; }
uint64_t u64(const uint8_t* p) { return u32(p) | static_cast<uint64_t>(u32(p + 4)) << 32; }

std::string inQuotes(const std::string& name) {
  std::string text = "'";
  for (const char c : name.substr(0, 120)) text += (c >= 0x20 && c != 0x7F) || (c & 0x80) ? c : '?';
  return text + (name.size() > 120 ? "...'" : "'");
}

// The data of a header's zip64 extra field; empty where there is none. Extra data that is no list of fields counts as
// none: PyTorch pads local headers with it.
std::vector<uint8_t> zip64Field(const uint8_t* extra, size_t size) {
  for (size_t i = 0; i + 4 <= size;) {
    const size_t length = u16(extra + i + 2);
    if (length > size - i - 4) break;
    if (u16(extra + i) == kZip64Field) return {extra + i + 4, extra + i + 4 + length};
    i += 4 + length;
  }
  return {};
}

// Reads the zip64 field's values in their fixed order: each is there only where the header's own is saturated.
struct Zip64Reader {
  std::vector<uint8_t> field;
  size_t position = 0;
  bool good = true;

  uint64_t resolve(uint32_t value) {
    if (value != 0xFFFFFFFF) return value;
    if (field.size() - position < 8) {
      good = false;
      return 0;
    }
    position += 8;
    return u64(field.data() + position - 8);
  }
};

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

ZipArchive::ZipArchive(std::unique_ptr<ByteSource> source, ZipLimits limits)
    : source_(std::move(source)), limits_(std::move(limits)) {
  if (source_->size() > limits_.maxFileSize) {
    fail("expected at most " + std::to_string(limits_.maxFileSize) + " bytes but received " +
         std::to_string(source_->size()));
  }
  readDirectory();
  checkNames();
}

void ZipArchive::readDirectory() {
  const uint64_t fileSize = source_->size();
  uint8_t end[kEndSize];
  if (fileSize < kEndSize) {
    fail("expected a zip archive but received " + std::to_string(fileSize) + " bytes, too few for one");
  }
  const uint64_t endOffset = fileSize - kEndSize;
  source_->readAt(endOffset, end, kEndSize);
  if (u32(end) != kEndSignature || u16(end + 20) != 0) {
    fail(
        "expected a zip archive's end record in the last 22 bytes but found none: the file is cut short or no archive");
  }
  uint64_t count = u16(end + 10);
  uint64_t directorySize = u32(end + 12);
  uint64_t directoryOffset = u32(end + 16);
  uint64_t directoryEnd = endOffset;
  bool oneDisk = u16(end + 4) == 0 && u16(end + 6) == 0 && u16(end + 8) == u16(end + 10);

  uint8_t locator[kEnd64LocatorSize] = {};
  if (endOffset >= kEnd64LocatorSize) source_->readAt(endOffset - kEnd64LocatorSize, locator, kEnd64LocatorSize);
  if (u32(locator) == kEnd64LocatorSignature) {
    uint8_t end64[kEnd64Size] = {};
    const uint64_t end64Offset = u64(locator + 8);
    const bool placed =
        endOffset >= kEnd64LocatorSize + kEnd64Size && end64Offset == endOffset - kEnd64LocatorSize - kEnd64Size;
    if (placed) source_->readAt(end64Offset, end64, kEnd64Size);
    if (!placed || u32(end64) != kEnd64Signature || u64(end64 + 4) != kEnd64Size - 12) {
      fail("expected a zip64 end record of 56 bytes before its locator but found none");
    }
    const auto agrees = [](uint64_t narrow, uint64_t wide, uint64_t saturated) {
      return narrow == wide || (narrow == saturated && wide >= saturated);
    };
    if (!agrees(count, u64(end64 + 32), 0xFFFF) || !agrees(directorySize, u64(end64 + 40), 0xFFFFFFFF) ||
        !agrees(directoryOffset, u64(end64 + 48), 0xFFFFFFFF)) {
      fail("expected the end record and the zip64 end record to agree but they differ");
    }
    oneDisk = u32(end64 + 16) == 0 && u32(end64 + 20) == 0 && u64(end64 + 24) == u64(end64 + 32);
    count = u64(end64 + 32);
    directorySize = u64(end64 + 40);
    directoryOffset = u64(end64 + 48);
    directoryEnd = end64Offset;
  }
  if (!oneDisk) fail("expected an archive on one disk but its end record says otherwise");
  if (count == 0 || count > limits_.maxEntries) {
    fail("expected 1 to " + std::to_string(limits_.maxEntries) + " entries but the directory says " +
         std::to_string(count));
  }
  if (directoryOffset > directoryEnd || directorySize != directoryEnd - directoryOffset ||
      directorySize > kMaxDirectorySize) {
    fail("expected the directory to fill the bytes up to offset " + std::to_string(directoryEnd) +
         " but it is said to be " + std::to_string(directorySize) + " bytes from offset " +
         std::to_string(directoryOffset));
  }

  std::vector<uint8_t> directory(directorySize);
  source_->readAt(directoryOffset, directory.data(), directory.size());
  size_t position = 0;
  uint64_t inflated = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const uint8_t* header = directory.data() + position;
    const size_t left = directory.size() - position;
    if (left < kCentralSize || u32(header) != kCentralSignature ||
        left - kCentralSize < size_t{u16(header + 28)} + u16(header + 30) + u16(header + 32)) {
      fail("expected " + std::to_string(count) + " directory entries but number " + std::to_string(i + 1) +
           " is damaged");
    }
    const size_t nameSize = u16(header + 28);
    const size_t extraSize = u16(header + 30);
    ZipEntry entry;
    entry.name.assign(reinterpret_cast<const char*>(header + kCentralSize), nameSize);
    entry.crc = u32(header + 16);
    Zip64Reader wide{zip64Field(header + kCentralSize + nameSize, extraSize)};
    entry.size = wide.resolve(u32(header + 24));
    entry.storedSize = wide.resolve(u32(header + 20));
    const uint64_t headerOffset = wide.resolve(u32(header + 42));
    const uint16_t flags = u16(header + 8);
    const uint16_t method = u16(header + 10);
    entry.deflated = method == kDeflated;
    if (!wide.good || u16(header + 34) != 0) fail("expected a whole directory entry for " + inQuotes(entry.name));
    if ((flags & ~kKnownFlags) != 0) {
      fail("expected " + inQuotes(entry.name) + " to be neither encrypted nor patched but its flags are " +
           std::to_string(flags));
    }
    if (method != kStored && method != kDeflated) {
      fail("expected " + inQuotes(entry.name) + " to be stored but its compression method is " +
           std::to_string(method));
    }
    if (entry.deflated) {
      inflated += std::min(entry.size, limits_.maxInflatedSize + 1);
      if (inflated > limits_.maxInflatedSize) {
        fail("expected the compressed entries to hold at most " + std::to_string(limits_.maxInflatedSize) +
             " bytes but they hold more from " + inQuotes(entry.name) + " on");
      }
    } else if (entry.size != entry.storedSize) {
      fail("expected the stored entry " + inQuotes(entry.name) + " to have one size but it has " +
           std::to_string(entry.size) + " and " + std::to_string(entry.storedSize));
    }
    readLocalHeader(entry, headerOffset, flags, directoryOffset);
    entries_.push_back(std::move(entry));
    position += kCentralSize + nameSize + extraSize + u16(header + 32);
  }
  if (position != directory.size()) fail("expected the directory to end with its last entry but bytes follow");

  // Entries that overlap would let a small file claim to hold much, and be read as two things.
  std::sort(spans_.begin(), spans_.end());
  for (size_t i = 1; i < spans_.size(); ++i) {
    if (spans_[i].first < spans_[i - 1].second) {
      fail("expected entries to lie apart but two share the bytes from offset " + std::to_string(spans_[i].first));
    }
  }
}

// Fills entry.dataOffset and notes the span. Sizes and CRC stand in the local header, or are zero there and stand in
// the descriptor behind the content, as PyTorch writes them.
void ZipArchive::readLocalHeader(ZipEntry& entry, uint64_t headerOffset, uint16_t flags, uint64_t directoryOffset) {
  const auto damaged = [&](const std::string& what) {
    fail("expected the local header of " + inQuotes(entry.name) + " to match the directory but " + what);
  };
  if (headerOffset > directoryOffset || directoryOffset - headerOffset < kLocalSize)
    damaged("it lies outside the file");
  uint8_t header[kLocalSize];
  source_->readAt(headerOffset, header, kLocalSize);
  if (u32(header) != kLocalSignature) damaged("there is none");
  const size_t nameSize = u16(header + 26);
  const size_t extraSize = u16(header + 28);
  const uint64_t room = directoryOffset - headerOffset - kLocalSize;
  if (room < nameSize + extraSize || room - nameSize - extraSize < entry.storedSize)
    damaged("it reaches past the directory");
  std::vector<uint8_t> tail(nameSize + extraSize);
  source_->readAt(headerOffset + kLocalSize, tail.data(), tail.size());
  if (nameSize != entry.name.size() || std::memcmp(tail.data(), entry.name.data(), nameSize) != 0) {
    damaged("the names differ");
  }
  if (u16(header + 6) != flags) damaged("the flags differ");
  if (u16(header + 8) != (entry.deflated ? kDeflated : kStored)) damaged("the compression methods differ");

  entry.dataOffset = headerOffset + kLocalSize + nameSize + extraSize;
  uint64_t end = entry.dataOffset + entry.storedSize;
  const std::vector<uint8_t> field = zip64Field(tail.data() + nameSize, extraSize);
  const bool unset = u32(header + 14) == 0 && u32(header + 18) == 0 && u32(header + 22) == 0;
  const bool hasContent = entry.size != 0 || entry.storedSize != 0 || entry.crc != 0;
  if ((flags & kFlagDescriptor) != 0 && unset && hasContent) {
    const bool wide = !field.empty();
    const size_t size = wide ? 24 : 16;
    uint8_t descriptor[24];
    if (directoryOffset - end < size) damaged("its descriptor is missing");
    source_->readAt(end, descriptor, size);
    const uint64_t stored = wide ? u64(descriptor + 8) : u32(descriptor + 8);
    const uint64_t full = wide ? u64(descriptor + 16) : u32(descriptor + 12);
    if (u32(descriptor) != kDescriptorSignature || u32(descriptor + 4) != entry.crc || stored != entry.storedSize ||
        full != entry.size) {
      damaged("its descriptor differs");
    }
    end += size;
  } else {
    Zip64Reader wide{field};
    const uint64_t full = wide.resolve(u32(header + 22));
    const uint64_t stored = wide.resolve(u32(header + 18));
    if (!wide.good || full != entry.size || stored != entry.storedSize || u32(header + 14) != entry.crc) {
      damaged("sizes or CRC differ");
    }
  }
  spans_.emplace_back(headerOffset, end);
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
