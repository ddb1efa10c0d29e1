#include "native/formats/deflate_reader.h"

#include <gtest/gtest.h>

#include "test/native/formats/archive_builder.h"

namespace kinetorch::formats {
namespace {

using test::Bytes;

TEST(Inflate, DecodesEveryKindOfBlock) {
  const auto expectText = [](const Bytes& stream, const std::string& text) {
    Bytes target(text.size());
    ASSERT_TRUE(inflateExact(stream.data(), stream.size(), target.data(), target.size()));
    EXPECT_EQ(std::string(target.begin(), target.end()), text);
    EXPECT_FALSE(inflateExact(stream.data(), stream.size(), target.data(), target.size() - 1));
    EXPECT_FALSE(inflateExact(stream.data(), stream.size() - 1, target.data(), target.size()));
    Bytes longer(text.size() + 1);
    EXPECT_FALSE(inflateExact(stream.data(), stream.size(), longer.data(), longer.size()));
    Bytes trailing = stream;
    trailing.push_back(0);
    EXPECT_FALSE(inflateExact(trailing.data(), trailing.size(), target.data(), target.size()));
  };
  expectText({0x01, 0x03, 0x00, 0xFC, 0xFF, 'a', 'b', 'c'}, "abc");        // stored
  expectText({0x4B, 0x4C, 0x4A, 0x4E, 0x84, 0x21, 0x00}, "abcabcabcabc");  // fixed codes
  std::string text;
  for (int i = 0; i < 400; ++i) text += static_cast<char>('a' + ((i * i * 31 + i * 17) >> 3) % 11);
  expectText({0xED, 0x8C, 0xB9, 0x0D, 0xC0, 0x00, 0x0C, 0x02, 0x67, 0xC5, 0xC6, 0x0F, 0xF6, 0xFE, 0x7D, 0xAC, 0x8C,
              0x90, 0x3A, 0x15, 0x12, 0x70, 0x87, 0x92, 0x42, 0x53, 0x46, 0x13, 0xA0, 0x8B, 0x9A, 0x2B, 0x54, 0x30,
              0xD4, 0x4C, 0x2E, 0xC4, 0x0C, 0x30, 0x2C, 0x3B, 0x41, 0x5F, 0xDE, 0x43, 0xED, 0x55, 0xDE, 0x3A, 0x8A,
              0xEB, 0xC4, 0x4D, 0x16, 0x44, 0x24, 0x85, 0xCD, 0x99, 0x17, 0xFE, 0xBD, 0x5F, 0xBC, 0x0F},
             text);  // dynamic codes
}

}  // namespace
}  // namespace kinetorch::formats
