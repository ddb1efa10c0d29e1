#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "test/native/formats/archive_builder.h"

namespace kinetorch::test {

// Pickles by hand, in the opcodes of protocol 2.
inline std::string text(const std::string& value) {
  Bytes size;
  append(size, value.size(), 4);
  return "X" + std::string(size.begin(), size.end()) + value;
}
inline std::string integer(int64_t value) {
  Bytes bytes;
  append(bytes, static_cast<uint64_t>(value), 8);
  return std::string("\x8A\x08") + std::string(bytes.begin(), bytes.end());
}
inline std::string tuple(const std::vector<int64_t>& values) {
  std::string pickle = "(";
  for (const int64_t value : values) pickle += integer(value);
  return pickle + "t";
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string storage(const std::string& key, int64_t elements, const std::string& type = "FloatStorage") {
  return "(" + text("storage") + global("torch", type) + text(key) + text("cpu") + integer(elements) + "tQ";
}
inline std::string tensor(const std::string& storage, int64_t offset, const std::vector<int64_t>& shape,
                          const std::vector<int64_t>& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + integer(offset) + tuple(shape) +
         tuple(strides) + "\x89" + "}" + "tR";
}
// {'t': value}
inline std::string dict(const std::string& value) { return "}" + text("t") + value + "s"; }
inline std::string pickle(const std::string& value) { return std::string("\x80\x02") + value + "."; }

}  // namespace kinetorch::test
