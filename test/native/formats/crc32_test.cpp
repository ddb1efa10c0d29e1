#include "native/formats/crc32.h"

#include <gtest/gtest.h>

#include "test/native/formats/archive_builder.h"

namespace kinetorch::formats {
namespace {

TEST(Crc32, MatchesTheStandard) {
  const std::string digits = "123456789";
  EXPECT_EQ(test::crcOf(digits), 0xCBF43926u);
  const auto* data = reinterpret_cast<const uint8_t*>(digits.data());
  EXPECT_EQ(crc32(crc32(0, data, 4), data + 4, 5), 0xCBF43926u);
}

}  // namespace
}  // namespace kinetorch::formats
