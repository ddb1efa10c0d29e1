#include "native/formats/safetensors.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

constexpr uint64_t kMaxHeaderSize = 100'000'000;
constexpr uint64_t kMaxFileSize = uint64_t{4} << 30;
constexpr size_t kMaxRank = 16;
constexpr size_t kMaxTensors = 65536;

struct HeaderEntry {
  std::string name;
  ScalarKind kind = ScalarKind::kFloat32;
  std::vector<int64_t> shape;
  // Of its elements in the data.
  uint64_t begin = 0;
  uint64_t end = 0;
};

bool kindFromName(const std::string& name, ScalarKind& kind) {
  static constexpr std::pair<const char*, ScalarKind> kKinds[] = {
      {"F64", ScalarKind::kFloat64},   {"F32", ScalarKind::kFloat32}, {"F16", ScalarKind::kFloat16},
      {"BF16", ScalarKind::kBFloat16}, {"I64", ScalarKind::kInt64},   {"I32", ScalarKind::kInt32},
      {"I16", ScalarKind::kInt16},     {"I8", ScalarKind::kInt8},     {"U8", ScalarKind::kUInt8},
      {"BOOL", ScalarKind::kBool}};
  for (const auto& [text, value] : kKinds) {
    if (name != text) continue;
    kind = value;
    return true;
  }
  return false;
}

// Parses the one shape of JSON that a header has. It never recurses: no input can make it go deep.
class HeaderParser {
 public:
  HeaderParser(const std::string& text, const std::string& label) : text_(text), label_(label) {}

  std::vector<HeaderEntry> parse() {
    std::vector<HeaderEntry> entries;
    std::unordered_set<std::string> names;
    object([&](std::string name) {
      if (!names.insert(name).second) fail("unique names but `" + name + "` is there twice");
      if (name == "__metadata__") {
        object([&](const std::string&) { string(); });
        return;
      }
      if (entries.size() == kMaxTensors) fail("at most " + std::to_string(kMaxTensors) + " tensors but there are more");
      entries.push_back(tensor(std::move(name)));
    });
    space();
    if (position_ != text_.size()) unexpected("the header's end");
    return entries;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw Error("ERR_WEIGHTS", label_ + ": expected " + message);
  }
  [[noreturn]] void unexpected(const std::string& what) const {
    std::string got = "the header's end";
    if (position_ < text_.size()) {
      const char c = text_[position_];
      got = c > 0x20 && c < 0x7F ? std::string("'") + c + "'" : "byte " + std::to_string(static_cast<uint8_t>(c));
    }
    fail(what + " at byte " + std::to_string(position_) + " of the header but received " + got);
  }

  void space() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n' ||
                                        text_[position_] == '\t' || text_[position_] == '\r')) {
      ++position_;
    }
  }
  bool take(char c) {
    space();
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) unexpected(std::string("'") + c + "'");
  }

  template <typename Member>
  void object(Member member) {
    expect('{');
    if (take('}')) return;
    do {
      std::string key = string();
      expect(':');
      member(std::move(key));
    } while (take(','));
    expect('}');
  }

  std::vector<uint64_t> integers(size_t maxCount) {
    std::vector<uint64_t> values;
    expect('[');
    if (take(']')) return values;
    do {
      if (values.size() == maxCount)
        fail("at most " + std::to_string(maxCount) + " numbers in a list but there are more");
      values.push_back(integer());
    } while (take(','));
    expect(']');
    return values;
  }

  uint64_t integer() {
    space();
    const size_t begin = position_;
    uint64_t value = 0;
    while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9') {
      if (position_ - begin == 18) fail("numbers below 10^18 but received a longer one");
      value = value * 10 + static_cast<uint64_t>(text_[position_++] - '0');
    }
    if (position_ == begin) unexpected("a non-negative integer");
    if (position_ - begin > 1 && text_[begin] == '0') fail("no leading zeros in numbers but received one");
    return value;
  }

  std::string string() {
    expect('"');
    std::string value;
    for (;;) {
      if (position_ == text_.size()) unexpected("'\"'");
      const char c = text_[position_];
      if (static_cast<uint8_t>(c) < 0x20) unexpected("a character of a string");
      ++position_;
      if (c == '"') return value;
      if (c != '\\') {
        value += c;
      } else {
        escape(value);
      }
    }
  }

  void escape(std::string& value) {
    static constexpr char kEscapes[] = "\"\\/bfnrt";
    static constexpr char kValues[] = "\"\\/\b\f\n\r\t";
    if (position_ == text_.size()) unexpected("an escaped character");
    const char c = text_[position_];
    for (size_t i = 0; kEscapes[i] != 0; ++i) {
      if (c != kEscapes[i]) continue;
      ++position_;
      value += kValues[i];
      return;
    }
    if (c != 'u') unexpected("an escaped character");
    ++position_;
    uint32_t point = hex4();
    if (point >= 0xD800 && point < 0xDC00) {
      if (text_.compare(position_, 2, "\\u") != 0) unexpected("the second half of a surrogate pair");
      position_ += 2;
      const uint32_t low = hex4();
      if (low < 0xDC00 || low > 0xDFFF) fail("a whole surrogate pair in a string but received half of one");
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    } else if (point >= 0xDC00 && point <= 0xDFFF) {
      fail("a whole surrogate pair in a string but received half of one");
    }
    appendUtf8(value, point);
  }

  uint32_t hex4() {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i, ++position_) {
      const char c = position_ < text_.size() ? text_[position_] : '\0';
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) unexpected("a hexadecimal digit");
      value = value << 4 | static_cast<uint32_t>(digit);
    }
    return value;
  }

  static void appendUtf8(std::string& value, uint32_t point) {
    const auto push = [&](uint32_t byte) { value += static_cast<char>(byte); };
    if (point < 0x80) {
      push(point);
    } else if (point < 0x800) {
      push(0xC0 | point >> 6);
      push(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
      push(0xE0 | point >> 12);
      push(0x80 | (point >> 6 & 0x3F));
      push(0x80 | (point & 0x3F));
    } else {
      push(0xF0 | point >> 18);
      push(0x80 | (point >> 12 & 0x3F));
      push(0x80 | (point >> 6 & 0x3F));
      push(0x80 | (point & 0x3F));
    }
  }

  HeaderEntry tensor(std::string name) {
    HeaderEntry entry;
    entry.name = std::move(name);
    const std::string& label = entry.name;
    bool hasKind = false;
    bool hasShape = false;
    bool hasOffsets = false;
    object([&](const std::string& key) {
      bool& seen = key == "dtype" ? hasKind : key == "shape" ? hasShape : hasOffsets;
      if ((key != "dtype" && key != "shape" && key != "data_offsets") || seen) {
        fail("`dtype`, `shape` and `data_offsets` once each for `" + label + "` but received `" + key + "`");
      }
      seen = true;
      if (key == "dtype") {
        const std::string kind = string();
        if (!kindFromName(kind, entry.kind)) {
          fail("`" + label + "` to be of dtype F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL but received " +
               kind);
        }
      } else if (key == "shape") {
        for (const uint64_t size : integers(kMaxRank)) entry.shape.push_back(static_cast<int64_t>(size));
      } else {
        const std::vector<uint64_t> offsets = integers(2);
        if (offsets.size() != 2)
          fail("two data_offsets for `" + label + "` but received " + std::to_string(offsets.size()));
        entry.begin = offsets[0];
        entry.end = offsets[1];
      }
    });
    if (!hasKind || !hasShape || !hasOffsets) {
      fail("`dtype`, `shape` and `data_offsets` for `" + label + "` but one is missing");
    }
    return entry;
  }

  const std::string& text_;
  const std::string& label_;
  size_t position_ = 0;
};

class SafetensorsFile final : public WeightFile {
 public:
  // `dataBegin` is the offset of the data in the source.
  SafetensorsFile(std::unique_ptr<ByteSource> source, std::vector<HeaderEntry> entries, uint64_t dataBegin)
      : source_(std::move(source)), entries_(std::move(entries)), dataBegin_(dataBegin) {
    if (entries_.empty()) return;
    WeightSet& set = sets_.emplace_back();
    for (const HeaderEntry& entry : entries_) set.entries.push_back({entry.name, entry.shape});
  }

  WeightTensor read(size_t, size_t index) override {
    const HeaderEntry& entry = entries_[index];
    WeightTensor tensor{entry.name, entry.kind, entry.shape, {}};
    tensor.bytes.resize(static_cast<size_t>(entry.end - entry.begin));
    source_->readAt(dataBegin_ + entry.begin, tensor.bytes.data(), tensor.bytes.size());
    return tensor;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<HeaderEntry> entries_;
  uint64_t dataBegin_;
};

}  // namespace

std::unique_ptr<WeightFile> openSafetensors(std::unique_ptr<ByteSource> source) {
  const std::string label = source->label();
  const auto fail = [&](const std::string& message) { throw Error("ERR_WEIGHTS", label + ": expected " + message); };
  if (source->size() < 8) fail("a safetensors file of at least 8 bytes but received " + std::to_string(source->size()));
  if (source->size() > kMaxFileSize) {
    fail("at most " + std::to_string(kMaxFileSize) + " bytes but received " + std::to_string(source->size()));
  }
  uint8_t length[8];
  source->readAt(0, length, sizeof(length));
  uint64_t headerSize = 0;
  for (int i = 7; i >= 0; --i) headerSize = headerSize << 8 | length[i];
  if (headerSize > kMaxHeaderSize || headerSize > source->size() - 8) {
    fail("a header of at most " + std::to_string(std::min(kMaxHeaderSize, source->size() - 8)) +
         " bytes but its length says " + std::to_string(headerSize));
  }
  std::string header(static_cast<size_t>(headerSize), '\0');
  source->readAt(8, header.data(), header.size());
  std::vector<HeaderEntry> entries = HeaderParser(header, label).parse();

  std::vector<const HeaderEntry*> byOffset;
  for (const HeaderEntry& entry : entries) byOffset.push_back(&entry);
  std::stable_sort(byOffset.begin(), byOffset.end(), [](const HeaderEntry* a, const HeaderEntry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  const uint64_t dataSize = source->size() - 8 - headerSize;
  uint64_t next = 0;
  for (const HeaderEntry* entry : byOffset) {
    const std::string name = "`" + entry->name + "`";
    if (entry->begin != next || entry->end < entry->begin || entry->end > dataSize) {
      fail(name + " to follow at byte " + std::to_string(next) + " of " + std::to_string(dataSize) +
           " but its data_offsets are " + std::to_string(entry->begin) + " to " + std::to_string(entry->end));
    }
    next = entry->end;
    uint64_t size = scalarSize(entry->kind);
    bool fits = true;
    for (const int64_t dimension : entry->shape) {
      fits = fits && !__builtin_mul_overflow(size, static_cast<uint64_t>(dimension), &size);
    }
    if (!fits || size != entry->end - entry->begin) {
      fail("the bytes of " + name + " to match its shape and dtype but there are " +
           std::to_string(entry->end - entry->begin));
    }
  }
  if (next != dataSize) {
    fail(std::to_string(next) + " bytes of data, as the header says, but received " + std::to_string(dataSize));
  }

  return std::make_unique<SafetensorsFile>(std::move(source), std::move(entries), 8 + headerSize);
}

}  // namespace kinetorch::formats
