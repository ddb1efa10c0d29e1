#include "native/formats/deflate_reader.h"

#include <array>
#include <cstring>

namespace kinetorch::formats {
namespace {

constexpr int kMaxCodeLength = 15;
constexpr int kLiteralCodes = 288;
constexpr int kDistanceCodes = 30;

// A canonical Huffman code as RFC 1951, 3.2.2 builds it: how many codes there are of each length, and the symbols in
// order of their codes.
struct HuffmanCode {
  std::array<uint16_t, kMaxCodeLength + 1> count{};
  std::array<uint16_t, kLiteralCodes> symbol{};

  // False where the lengths describe more codes than there is room for, or fewer, other than a single code or none.
  bool build(const uint8_t* lengths, int size) {
    count.fill(0);
    for (int i = 0; i < size; ++i) ++count[lengths[i]];
    int room = 1;
    for (int length = 1; length <= kMaxCodeLength; ++length) {
      room = room * 2 - count[length];
      if (room < 0) return false;
    }
    if (room > 0 && size - count[0] > 1) return false;
    std::array<uint16_t, kMaxCodeLength + 1> next{};
    for (int length = 1; length < kMaxCodeLength; ++length) next[length + 1] = next[length] + count[length];
    for (int i = 0; i < size; ++i) {
      if (lengths[i] != 0) symbol[next[lengths[i]]++] = static_cast<uint16_t>(i);
    }
    return true;
  }
};

class Inflater {
 public:
  Inflater(const uint8_t* source, size_t sourceSize, uint8_t* target, size_t targetSize)
      : source_(source), sourceSize_(sourceSize), target_(target), targetSize_(targetSize) {}

  bool run() {
    bool last = false;
    while (!last) {
      last = bits(1) == 1;
      const int type = bits(2);
      if (failed_) return false;
      const bool good = type == 0 ? storedBlock() : type == 1 ? fixedBlock() : type == 2 ? dynamicBlock() : false;
      if (!good || failed_) return false;
    }
    return written_ == targetSize_ && read_ == sourceSize_;
  }

 private:
  int bits(int count) {
    while (bitCount_ < count) {
      if (read_ == sourceSize_) {
        failed_ = true;
        return 0;
      }
      bitBuffer_ |= static_cast<uint32_t>(source_[read_++]) << bitCount_;
      bitCount_ += 8;
    }
    const int value = static_cast<int>(bitBuffer_ & ((1u << count) - 1));
    bitBuffer_ >>= count;
    bitCount_ -= count;
    return value;
  }

  int decode(const HuffmanCode& code) {
    int value = 0;
    int first = 0;
    int index = 0;
    for (int length = 1; length <= kMaxCodeLength && !failed_; ++length) {
      value |= bits(1);
      const int count = code.count[length];
      if (value - first < count) return code.symbol[index + value - first];
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    failed_ = true;
    return 0;
  }

  bool storedBlock() {
    bitBuffer_ = 0;
    bitCount_ = 0;
    if (sourceSize_ - read_ < 4) return false;
    const size_t size = source_[read_] | source_[read_ + 1] << 8;
    const size_t complement = source_[read_ + 2] | source_[read_ + 3] << 8;
    read_ += 4;
    if (size != (~complement & 0xFFFF) || size > sourceSize_ - read_ || size > targetSize_ - written_) return false;
    if (size > 0) std::memcpy(target_ + written_, source_ + read_, size);
    read_ += size;
    written_ += size;
    return true;
  }

  bool fixedBlock() {
    std::array<uint8_t, kLiteralCodes> lengths;
    for (int i = 0; i < kLiteralCodes; ++i) {
      lengths[i] = static_cast<uint8_t>(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
    }
    std::array<uint8_t, 32> distanceLengths;
    distanceLengths.fill(5);
    HuffmanCode literals;
    HuffmanCode distances;
    return literals.build(lengths.data(), kLiteralCodes) && distances.build(distanceLengths.data(), 32) &&
           codes(literals, distances);
  }

  bool dynamicBlock() {
    static constexpr uint8_t kOrder[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    const int literalCount = bits(5) + 257;
    const int distanceCount = bits(5) + 1;
    const int orderCount = bits(4) + 4;
    if (failed_ || literalCount > 286 || distanceCount > kDistanceCodes) return false;
    std::array<uint8_t, 19> orderLengths{};
    for (int i = 0; i < orderCount; ++i) orderLengths[kOrder[i]] = static_cast<uint8_t>(bits(3));
    HuffmanCode order;
    if (failed_ || !order.build(orderLengths.data(), 19)) return false;

    std::array<uint8_t, 286 + kDistanceCodes> lengths{};
    const int total = literalCount + distanceCount;
    for (int i = 0; i < total;) {
      const int symbol = decode(order);
      if (failed_) return false;
      if (symbol < 16) {
        lengths[i++] = static_cast<uint8_t>(symbol);
        continue;
      }
      if (symbol == 16 && i == 0) return false;
      const uint8_t value = symbol == 16 ? lengths[i - 1] : 0;
      const int repeat = symbol == 16 ? 3 + bits(2) : symbol == 17 ? 3 + bits(3) : 11 + bits(7);
      if (failed_ || i + repeat > total) return false;
      for (int j = 0; j < repeat; ++j) lengths[i++] = value;
    }
    if (lengths[256] == 0) return false;  // Without an end-of-block code the block could not end.
    HuffmanCode literals;
    HuffmanCode distances;
    return literals.build(lengths.data(), literalCount) && distances.build(&lengths[literalCount], distanceCount) &&
           codes(literals, distances);
  }

  bool codes(const HuffmanCode& literals, const HuffmanCode& distances) {
    static constexpr uint16_t kLengthBase[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                                 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static constexpr uint8_t kLengthBits[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    static constexpr uint16_t kDistanceBase[30] = {1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                                                   33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                                                   1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    static constexpr uint8_t kDistanceBits[30] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                                  6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
    for (;;) {
      const int symbol = decode(literals);
      if (failed_) return false;
      if (symbol == 256) return true;
      if (symbol < 256) {
        if (written_ == targetSize_) return false;
        target_[written_++] = static_cast<uint8_t>(symbol);
        continue;
      }
      if (symbol > 285) return false;
      const size_t length = kLengthBase[symbol - 257] + static_cast<size_t>(bits(kLengthBits[symbol - 257]));
      const int distanceSymbol = decode(distances);
      if (failed_ || distanceSymbol >= kDistanceCodes) return false;
      const size_t distance = kDistanceBase[distanceSymbol] + static_cast<size_t>(bits(kDistanceBits[distanceSymbol]));
      if (failed_ || distance > written_ || length > targetSize_ - written_) return false;
      // Byte by byte: the copy may run into what it has just written.
      for (size_t i = 0; i < length; ++i, ++written_) target_[written_] = target_[written_ - distance];
    }
  }

  const uint8_t* source_;
  size_t sourceSize_;
  uint8_t* target_;
  size_t targetSize_;
  size_t read_ = 0;
  size_t written_ = 0;
  uint32_t bitBuffer_ = 0;
  int bitCount_ = 0;
  bool failed_ = false;
};

}  // namespace

bool inflateExact(const uint8_t* source, size_t sourceSize, uint8_t* target, size_t targetSize) {
  return Inflater(source, sourceSize, target, targetSize).run();
}

}  // namespace kinetorch::formats
