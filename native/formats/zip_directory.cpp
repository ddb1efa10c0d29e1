#include "native/formats/zip_directory.h"

#include <algorithm>
#include <cstring>
#include <utility>

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
constexpr uint16_t kZip64Field = 1;

uint16_t u16(const uint8_t* p) { return static_cast<uint16_t>(p[0] | p[1] << 8); }
uint32_t u32(const uint8_t* p) { return u16(p) | static_cast<uint32_t>(u16(p + 2)) << 16; }
uint64_t u64(const uint8_t* p) { return u32(p) | static_cast<uint64_t>(u32(p + 4)) << 32; }

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

class DirectoryReader {
 public:
  DirectoryReader(const ByteSource& source, const ZipLimits& limits) : source_(source), limits_(limits) {}

  std::vector<ZipEntry> read() {
    if (source_.size() > limits_.maxFileSize) {
      fail("expected at most " + std::to_string(limits_.maxFileSize) + " bytes but received " +
           std::to_string(source_.size()));
    }
    end_ = readEnd();
    checkEnd();
    readEntries();
    checkSpans();
    return std::move(entries_);
  }

 private:
  // What the archive's last bytes say of the directory.
  struct End {
    uint64_t count = 0;
    uint64_t directorySize = 0;
    uint64_t directoryOffset = 0;
    uint64_t directoryEnd = 0;  // where the end records begin
    bool oneDisk = false;
  };

  // What a central header says besides what an entry keeps.
  struct CentralHeader {
    uint64_t localOffset = 0;
    uint16_t flags = 0;
    size_t size = 0;  // with the name and all that follows it
  };

  End readEnd() const {
    if (source_.size() < kEndSize) {
      fail("expected a zip archive but received " + std::to_string(source_.size()) + " bytes, too few for one");
    }
    const uint64_t endOffset = source_.size() - kEndSize;
    uint8_t record[kEndSize];
    source_.readAt(endOffset, record, kEndSize);
    if (u32(record) != kEndSignature || u16(record + 20) != 0) {
      fail(
          "expected a zip archive's end record in the last 22 bytes but found none: the file is cut short or no "
          "archive");
    }
    End end;
    end.count = u16(record + 10);
    end.directorySize = u32(record + 12);
    end.directoryOffset = u32(record + 16);
    end.directoryEnd = endOffset;
    end.oneDisk = u16(record + 4) == 0 && u16(record + 6) == 0 && u16(record + 8) == u16(record + 10);

    uint8_t locator[kEnd64LocatorSize] = {};
    if (endOffset >= kEnd64LocatorSize) source_.readAt(endOffset - kEnd64LocatorSize, locator, kEnd64LocatorSize);
    return u32(locator) == kEnd64LocatorSignature ? readEnd64(end, u64(locator + 8)) : end;
  }

  // The zip64 end record, whose numbers are wide and must agree with those of the plain one.
  End readEnd64(const End& narrow, uint64_t offset) const {
    uint8_t record[kEnd64Size] = {};
    const bool placed = narrow.directoryEnd >= kEnd64LocatorSize + kEnd64Size &&
                        offset == narrow.directoryEnd - kEnd64LocatorSize - kEnd64Size;
    if (placed) source_.readAt(offset, record, kEnd64Size);
    if (!placed || u32(record) != kEnd64Signature || u64(record + 4) != kEnd64Size - 12) {
      fail("expected a zip64 end record of 56 bytes before its locator but found none");
    }
    End end;
    end.count = u64(record + 32);
    end.directorySize = u64(record + 40);
    end.directoryOffset = u64(record + 48);
    end.directoryEnd = offset;
    end.oneDisk = u32(record + 16) == 0 && u32(record + 20) == 0 && u64(record + 24) == end.count;
    const auto agrees = [](uint64_t small, uint64_t wide, uint64_t saturated) {
      return small == wide || (small == saturated && wide >= saturated);
    };
    if (!agrees(narrow.count, end.count, 0xFFFF) || !agrees(narrow.directorySize, end.directorySize, 0xFFFFFFFF) ||
        !agrees(narrow.directoryOffset, end.directoryOffset, 0xFFFFFFFF)) {
      fail("expected the end record and the zip64 end record to agree but they differ");
    }
    return end;
  }

  void checkEnd() const {
    if (!end_.oneDisk) fail("expected an archive on one disk but its end record says otherwise");
    if (end_.count == 0 || end_.count > limits_.maxEntries) {
      fail("expected 1 to " + std::to_string(limits_.maxEntries) + " entries but the directory says " +
           std::to_string(end_.count));
    }
    if (end_.directoryOffset > end_.directoryEnd || end_.directorySize != end_.directoryEnd - end_.directoryOffset ||
        end_.directorySize > kMaxDirectorySize) {
      fail("expected the directory to fill the bytes up to offset " + std::to_string(end_.directoryEnd) +
           " but it is said to be " + std::to_string(end_.directorySize) + " bytes from offset " +
           std::to_string(end_.directoryOffset));
    }
  }

  void readEntries() {
    std::vector<uint8_t> directory(end_.directorySize);
    source_.readAt(end_.directoryOffset, directory.data(), directory.size());
    size_t position = 0;
    for (uint64_t i = 0; i < end_.count; ++i) {
      ZipEntry entry;
      const CentralHeader header = readCentralHeader(entry, directory.data() + position, directory.size() - position);
      checkSizes(entry);
      readLocalHeader(entry, header);
      entries_.push_back(std::move(entry));
      position += header.size;
    }
    if (position != directory.size()) fail("expected the directory to end with its last entry but bytes follow");
  }

  CentralHeader readCentralHeader(ZipEntry& entry, const uint8_t* header, size_t left) const {
    if (left < kCentralSize || u32(header) != kCentralSignature ||
        left - kCentralSize < size_t{u16(header + 28)} + u16(header + 30) + u16(header + 32)) {
      fail("expected " + std::to_string(end_.count) + " directory entries but number " +
           std::to_string(entries_.size() + 1) + " is damaged");
    }
    const size_t nameSize = u16(header + 28);
    const size_t extraSize = u16(header + 30);
    entry.name.assign(reinterpret_cast<const char*>(header + kCentralSize), nameSize);
    entry.crc = u32(header + 16);
    Zip64Reader wide{zip64Field(header + kCentralSize + nameSize, extraSize)};
    entry.size = wide.resolve(u32(header + 24));
    entry.storedSize = wide.resolve(u32(header + 20));
    CentralHeader central;
    central.localOffset = wide.resolve(u32(header + 42));
    central.flags = u16(header + 8);
    central.size = kCentralSize + nameSize + extraSize + u16(header + 32);
    const uint16_t method = u16(header + 10);
    entry.deflated = method == kDeflated;
    if (!wide.good || u16(header + 34) != 0) fail("expected a whole directory entry for " + inQuotes(entry.name));
    if ((central.flags & ~kKnownFlags) != 0) {
      fail("expected " + inQuotes(entry.name) + " to be neither encrypted nor patched but its flags are " +
           std::to_string(central.flags));
    }
    if (method != kStored && method != kDeflated) {
      fail("expected " + inQuotes(entry.name) + " to be stored but its compression method is " +
           std::to_string(method));
    }
    return central;
  }

  void checkSizes(const ZipEntry& entry) {
    if (entry.deflated) {
      inflated_ += std::min(entry.size, limits_.maxInflatedSize + 1);
      if (inflated_ > limits_.maxInflatedSize) {
        fail("expected the compressed entries to hold at most " + std::to_string(limits_.maxInflatedSize) +
             " bytes but they hold more from " + inQuotes(entry.name) + " on");
      }
    } else if (entry.size != entry.storedSize) {
      fail("expected the stored entry " + inQuotes(entry.name) + " to have one size but it has " +
           std::to_string(entry.size) + " and " + std::to_string(entry.storedSize));
    }
  }

  // Fills entry.dataOffset and notes the span.
  void readLocalHeader(ZipEntry& entry, const CentralHeader& central) {
    if (central.localOffset > end_.directoryOffset || end_.directoryOffset - central.localOffset < kLocalSize) {
      failLocal(entry, "it lies outside the file");
    }
    uint8_t header[kLocalSize];
    source_.readAt(central.localOffset, header, kLocalSize);
    if (u32(header) != kLocalSignature) failLocal(entry, "there is none");
    const size_t nameSize = u16(header + 26);
    const size_t extraSize = u16(header + 28);
    const uint64_t room = end_.directoryOffset - central.localOffset - kLocalSize;
    if (room < nameSize + extraSize || room - nameSize - extraSize < entry.storedSize) {
      failLocal(entry, "it reaches past the directory");
    }
    std::vector<uint8_t> tail(nameSize + extraSize);
    source_.readAt(central.localOffset + kLocalSize, tail.data(), tail.size());
    if (nameSize != entry.name.size() || std::memcmp(tail.data(), entry.name.data(), nameSize) != 0) {
      failLocal(entry, "the names differ");
    }
    if (u16(header + 6) != central.flags) failLocal(entry, "the flags differ");
    if (u16(header + 8) != (entry.deflated ? kDeflated : kStored)) {
      failLocal(entry, "the compression methods differ");
    }
    entry.dataOffset = central.localOffset + kLocalSize + nameSize + extraSize;
    const std::vector<uint8_t> wide = zip64Field(tail.data() + nameSize, extraSize);
    spans_.emplace_back(central.localOffset, endOfEntry(entry, central.flags, header, wide));
  }

  // Sizes and CRC stand in the local header, or are zero there and stand in the descriptor behind the content, as
  // PyTorch writes them.
  uint64_t endOfEntry(const ZipEntry& entry, uint16_t flags, const uint8_t* header,
                      const std::vector<uint8_t>& zip64) const {
    const uint64_t end = entry.dataOffset + entry.storedSize;
    const bool unset = u32(header + 14) == 0 && u32(header + 18) == 0 && u32(header + 22) == 0;
    const bool hasContent = entry.size != 0 || entry.storedSize != 0 || entry.crc != 0;
    if ((flags & kFlagDescriptor) != 0 && unset && hasContent) return endOfDescriptor(entry, end, !zip64.empty());
    Zip64Reader wide{zip64};
    const uint64_t full = wide.resolve(u32(header + 22));
    const uint64_t stored = wide.resolve(u32(header + 18));
    if (!wide.good || full != entry.size || stored != entry.storedSize || u32(header + 14) != entry.crc) {
      failLocal(entry, "sizes or CRC differ");
    }
    return end;
  }

  uint64_t endOfDescriptor(const ZipEntry& entry, uint64_t offset, bool isWide) const {
    const size_t size = isWide ? 24 : 16;
    uint8_t descriptor[24];
    if (end_.directoryOffset - offset < size) failLocal(entry, "its descriptor is missing");
    source_.readAt(offset, descriptor, size);
    const uint64_t stored = isWide ? u64(descriptor + 8) : u32(descriptor + 8);
    const uint64_t full = isWide ? u64(descriptor + 16) : u32(descriptor + 12);
    if (u32(descriptor) != kDescriptorSignature || u32(descriptor + 4) != entry.crc || stored != entry.storedSize ||
        full != entry.size) {
      failLocal(entry, "its descriptor differs");
    }
    return offset + size;
  }

  // Entries that overlap would let a small file claim to hold much, and be read as two things.
  void checkSpans() {
    std::sort(spans_.begin(), spans_.end());
    for (size_t i = 1; i < spans_.size(); ++i) {
      if (spans_[i].first < spans_[i - 1].second) {
        fail("expected entries to lie apart but two share the bytes from offset " + std::to_string(spans_[i].first));
      }
    }
  }

  [[noreturn]] void failLocal(const ZipEntry& entry, const std::string& what) const {
    fail("expected the local header of " + inQuotes(entry.name) + " to match the directory but " + what);
  }
  [[noreturn]] void fail(const std::string& message) const {
    throw Error(limits_.errorCode, source_.label() + ": " + message);
  }

  const ByteSource& source_;
  const ZipLimits& limits_;
  End end_;
  uint64_t inflated_ = 0;
  std::vector<ZipEntry> entries_;
  // First byte of each entry's header and the one after its content or descriptor.
  std::vector<std::pair<uint64_t, uint64_t>> spans_;
};

}  // namespace

std::string inQuotes(const std::string& name) {
  std::string text = "'";
  for (const char c : name.substr(0, 120)) text += (c >= 0x20 && c != 0x7F) || (c & 0x80) ? c : '?';
  return text + (name.size() > 120 ? "...'" : "'");
}

std::vector<ZipEntry> readZipDirectory(const ByteSource& source, const ZipLimits& limits) {
  return DirectoryReader(source, limits).read();
}

}  // namespace kinetorch::formats
