#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "native/formats/crc32.h"
#include "native/runtime/error.h"

namespace kinetorch::test {

using Bytes = std::vector<uint8_t>;

// One entry of a zip made by hand. What a test sets here goes to the central directory and the local header alike.
struct TestEntry {
  std::string name;
  std::string content;
  uint16_t flags = 0;
  uint16_t method = 0;
  // Where not empty, the name in the local header.
  std::string localName = {};
};

inline void append(Bytes& bytes, uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(i < 8 ? static_cast<uint8_t>(value >> (8 * i)) : uint8_t{0});
}

inline uint32_t crcOf(const std::string& content) {
  return formats::crc32(0, reinterpret_cast<const uint8_t*>(content.data()), content.size());
}

inline Bytes buildZip(const std::vector<TestEntry>& entries) {
  Bytes zip;
  Bytes directory;
  for (const TestEntry& entry : entries) {
    const size_t offset = zip.size();
    const std::string& localName = entry.localName.empty() ? entry.name : entry.localName;
    Bytes shared;  // Flags, method, time, CRC and the two sizes.
    append(shared, entry.flags, 2);
    append(shared, entry.method, 2);
    append(shared, 0, 4);
    append(shared, crcOf(entry.content), 4);
    append(shared, entry.content.size(), 4);
    append(shared, entry.content.size(), 4);
    append(zip, 0x04034B50, 4);
    append(zip, 20, 2);
    zip.insert(zip.end(), shared.begin(), shared.end());
    append(zip, localName.size(), 2);
    append(zip, 0, 2);
    zip.insert(zip.end(), localName.begin(), localName.end());
    zip.insert(zip.end(), entry.content.begin(), entry.content.end());
    append(directory, 0x02014B50, 4);
    append(directory, 20, 2);
    append(directory, 20, 2);
    directory.insert(directory.end(), shared.begin(), shared.end());
    append(directory, entry.name.size(), 2);
    append(directory, 0, 12);
    append(directory, offset, 4);
    directory.insert(directory.end(), entry.name.begin(), entry.name.end());
  }
  const size_t directoryOffset = zip.size();
  zip.insert(zip.end(), directory.begin(), directory.end());
  append(zip, 0x06054B50, 4);
  append(zip, 0, 4);
  append(zip, entries.size(), 2);
  append(zip, entries.size(), 2);
  append(zip, directory.size(), 4);
  append(zip, directoryOffset, 4);
  append(zip, 0, 2);
  return zip;
}

// A file of test/fixtures/models.
inline std::string fixturePath(const std::string& name) {
  const char* root = std::getenv("KINETORCH_SOURCE_DIR");
  return std::string(root == nullptr ? "." : root) + "/test/fixtures/models/" + name;
}

inline Bytes readBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

// A file that goes with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const Bytes& bytes) : path_(::testing::TempDir() + "kinetorch_" + std::to_string(++count())) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  static size_t& count() {
    static size_t value = static_cast<size_t>(::testing::UnitTest::GetInstance()->random_seed()) * 1000 +
                          reinterpret_cast<uintptr_t>(&value) % 1'000'000'007;
    return value;
  }
  std::string path_;
};

// Expects `action` to throw an Error with this code and a message that holds `text`.
inline void expectError(const std::string& code, const std::string& text, const std::function<void()>& action) {
  try {
    action();
    ADD_FAILURE() << "expected " << code << " but nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
  }
}

// Expects `read` to throw an Error for every `step`-th of the file's truncations.
inline void expectTruncationsRefused(const Bytes& whole, size_t step, const std::function<void(const Bytes&)>& read) {
  for (size_t size = 0; size < whole.size(); size += step) {
    // Its own allocation, so that the sanitiser sees a read past the end.
    const Bytes shorter(whole.begin(), whole.begin() + std::ptrdiff_t(size));
    EXPECT_THROW(read(shorter), Error) << size;
  }
}

}  // namespace kinetorch::test
