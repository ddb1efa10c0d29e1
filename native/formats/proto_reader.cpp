#include "native/formats/proto_reader.h"

#include <algorithm>

#include "native/runtime/error.h"

namespace kinetorch::formats {
namespace {

constexpr uint64_t kWindowSize = 4096;
// Networks of a hundred thousand nodes have fewer.
constexpr size_t kMaxFields = 4'000'000;
constexpr uint64_t kMaxFieldNumber = (uint64_t{1} << 29) - 1;

}  // namespace

uint64_t ProtoBytes::varint(uint64_t& position, uint64_t end) {
  uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (position == end)
      fail("expected a number at byte " + std::to_string(end) + " but what it belongs to ends there");
    const uint8_t byte = at(position++);
    if (shift == 63 && byte > 1) break;
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  fail("expected numbers of 64 bits but received a longer one before byte " + std::to_string(position));
}

void ProtoBytes::countField() {
  if (++fields_ > kMaxFields) fail("expected at most " + std::to_string(kMaxFields) + " fields but there are more");
}

void ProtoBytes::fail(const std::string& message) const {
  throw Error("ERR_WEIGHTS", source_.label() + ": " + message);
}

uint8_t ProtoBytes::at(uint64_t position) {
  if (position < windowBegin_ || position >= windowBegin_ + window_.size()) {
    window_.resize(static_cast<size_t>(std::min(kWindowSize, source_.size() - position)));
    source_.readAt(position, window_.data(), window_.size());
    windowBegin_ = position;
  }
  return window_[static_cast<size_t>(position - windowBegin_)];
}

bool ProtoMessage::next(ProtoField& field) {
  if (position_ == end_) return false;
  bytes_.countField();
  const uint64_t key = bytes_.varint(position_, end_);
  field = {key >> 3, static_cast<ProtoWire>(key & 7), 0, 0, 0};
  if (field.number == 0 || field.number > kMaxFieldNumber) {
    bytes_.fail("expected the number of a field before byte " + std::to_string(position_) + " but received " +
                std::to_string(field.number));
  }
  uint64_t size = 0;
  switch (field.wire) {
    case ProtoWire::kVarint:
      field.value = bytes_.varint(position_, end_);
      return true;
    case ProtoWire::kFixed64:
      size = 8;
      break;
    case ProtoWire::kBytes:
      size = bytes_.varint(position_, end_);
      break;
    case ProtoWire::kFixed32:
      size = 4;
      break;
    default:
      bytes_.fail("expected a field of a known kind before byte " + std::to_string(position_) + " but received kind " +
                  std::to_string(key & 7));
  }
  if (size > end_ - position_) {
    bytes_.fail("expected " + std::to_string(size) + " bytes at byte " + std::to_string(position_) +
                " but what they belong to has " + std::to_string(end_ - position_) + " more");
  }
  field.begin = position_;
  field.end = position_ += size;
  return true;
}

}  // namespace kinetorch::formats
