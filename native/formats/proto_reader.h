#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "native/formats/byte_source.h"

namespace kinetorch::formats {

// The bytes of a file of protocol buffers, read through a window: what lies between the fields that are looked at, such
// as the elements of tensors, is passed over. Throws ERR_WEIGHTS.
class ProtoBytes {
 public:
  explicit ProtoBytes(const ByteSource& source) : source_(source) {}

  uint64_t size() const { return source_.size(); }
  // The number of up to ten bytes at `position`, which moves behind it; it ends before `end`.
  uint64_t varint(uint64_t& position, uint64_t end);
  // To be called for each field: a hostile file of gigabytes may have nothing else.
  void countField();
  [[noreturn]] void fail(const std::string& message) const;

 private:
  uint8_t at(uint64_t position);

  const ByteSource& source_;
  std::vector<uint8_t> window_;
  uint64_t windowBegin_ = 0;
  size_t fields_ = 0;
};

enum class ProtoWire { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

// One field of a message: a number, or where its bytes lie in the file.
struct ProtoField {
  uint64_t number = 0;
  ProtoWire wire = ProtoWire::kVarint;
  uint64_t value = 0;
  uint64_t begin = 0;
  uint64_t end = 0;

  uint64_t size() const { return end - begin; }
};

// The fields of the message between `begin` and `end`, one after the other. What lies within one of them, a message or
// anything else, is not looked at.
class ProtoMessage {
 public:
  ProtoMessage(ProtoBytes& bytes, uint64_t begin, uint64_t end) : bytes_(bytes), position_(begin), end_(end) {}

  // False at the end.
  bool next(ProtoField& field);

 private:
  ProtoBytes& bytes_;
  uint64_t position_;
  uint64_t end_;
};

}  // namespace kinetorch::formats
