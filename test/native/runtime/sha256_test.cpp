#include "native/runtime/sha256.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace kinetorch {
namespace {

std::string hexOf(const std::string& message) {
  std::string text;
  for (const uint8_t byte : sha256(message.data(), message.size())) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", byte);
    text += digits;
  }
  return text;
}

// NIST's examples for FIPS 180-4 and, of its CAVP vectors, one message of a single byte.
TEST(Sha256, GivesTheStandardsDigests) {
  EXPECT_EQ(hexOf(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hexOf("\xd3"), "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
  EXPECT_EQ(hexOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hexOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hexOf(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Around the length where the padding takes a second block. From Python's hashlib.
TEST(Sha256, PadsAtEveryLength) {
  EXPECT_EQ(hexOf(std::string(55, 'b')), "eb2c86e932179f4ba13fe8715a26124b77d6bad290b9b4c1cc140cf633300c19");
  EXPECT_EQ(hexOf(std::string(56, 'b')), "a5fc6e203a4c2b657d0d153885932414b2ffc6a93f0f8bf8b3183315e5a7212c");
  EXPECT_EQ(hexOf(std::string(63, 'b')), "94e419fabac7f930810f9636354042f8c1426d2f834d4ab65c93dc1e69326b13");
  EXPECT_EQ(hexOf(std::string(64, 'b')), "a0fab1377f49a759b57f63318262ebe89fabfc990e8e93ceac2984561482b9d4");
  EXPECT_EQ(hexOf(std::string(119, 'b')), "68297a9eb141ce16bbc0847da1c0c48e2858704feaa13993bde29f87a198a6e1");
}

}  // namespace
}  // namespace kinetorch
