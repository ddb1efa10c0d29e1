#include "native/formats/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "test/native/formats/archive_builder.h"
#include "test/native/formats/read_all.h"
#include "test/native/support/deterministic_weights.h"

namespace kinetorch::formats {
namespace {

using test::append;
using test::Bytes;
using test::expectError;
using test::fixturePath;
using test::readBytes;
using test::TemporaryFile;

Bytes file(const std::string& header, size_t dataSize) {
  Bytes bytes;
  append(bytes, header.size(), 8);
  bytes.insert(bytes.end(), header.begin(), header.end());
  for (size_t i = 0; i < dataSize; ++i) bytes.push_back(static_cast<uint8_t>(i));
  return bytes;
}

std::vector<WeightTensor> read(const Bytes& bytes) {
  return test::readAll(*openSafetensors(ByteSource::open({"", bytes})));
}

void expectRefused(const std::string& header, size_t dataSize, const std::string& text) {
  SCOPED_TRACE(header.substr(0, 100));
  const Bytes bytes = file(header, dataSize);
  expectError("ERR_WEIGHTS", text, [&] { read(bytes); });
}

const std::string kTensor = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";

TEST(Safetensors, ReadsTheFixture) {
  const std::vector<WeightTensor> tensors =
      test::readAll(*openWeights(ByteSource::openFile(fixturePath("weights.safetensors"))));
  ASSERT_EQ(tensors.size(), 8u);
  for (const WeightTensor& tensor : tensors) {
    if (tensor.kind != ScalarKind::kFloat32) {
      EXPECT_EQ(tensor.name, "bn.num_batches_tracked");
      EXPECT_EQ(tensor.kind, ScalarKind::kInt64);
      EXPECT_TRUE(tensor.shape.empty());
      continue;
    }
    std::vector<float> expected(tensor.bytes.size() / sizeof(float));
    test::fillDeterministic(tensor.name, tensor.shape, expected.data());
    EXPECT_EQ(std::memcmp(expected.data(), tensor.bytes.data(), tensor.bytes.size()), 0) << tensor.name;
  }
  EXPECT_EQ(tensors[0].name, "conv.weight");
  EXPECT_EQ(tensors[0].shape, (std::vector<int64_t>{6, 3, 3, 3, 3}));
}

TEST(Safetensors, ReadsAnyOrderKindAndName) {
  const std::vector<WeightTensor> tensors = read(file(
      R"( { "__metadata__" : {"k":"v"}, "\u00e9\ud83d\ude00\n" : {"shape":[], "data_offsets":[4,6], "dtype":"BF16"},
          "b":{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]}, "empty":{"dtype":"I64","shape":[0,5],"data_offsets":[6,6]}}  )",
      6));
  ASSERT_EQ(tensors.size(), 3u);
  EXPECT_EQ(tensors[0].name, "\xC3\xA9\xF0\x9F\x98\x80\n");
  EXPECT_EQ(tensors[0].bytes, (Bytes{4, 5}));
  EXPECT_EQ(tensors[1].bytes, (Bytes{0, 1, 2, 3}));
  EXPECT_EQ(tensors[2].shape, (std::vector<int64_t>{0, 5}));
}

TEST(Safetensors, RefusesDamagedJson) {
  for (const char* header :
       {"", "{", "[]", "{\"a\"", "{\"a\":", "{\"a\":1}", "{,}", "{\"a\":{}}x", "{\"\\x\":{}}", "{\"\\u12\":{}}",
        "{\"\\ud800\":{}}", "{\"\\ud800\\u0041\":{}}", "{\"\\udc00\":{}}", "{\"a\nb\":{}}", "nul", "{'a':{}}"}) {
    expectRefused(header, 0, "expected");
  }
  expectRefused("{" + kTensor + ",}", 8, "'\"'");
  expectRefused("{" + kTensor + "} {", 8, "the header's end");
  expectRefused("{" + kTensor + "," + kTensor + "}", 8, "there twice");
  expectRefused(std::string(1'000'000, '{'), 0, "'\"'");
  expectRefused("{\"a\":" + std::string(1'000'000, '['), 0, "'{'");
}

TEST(Safetensors, RefusesDamagedTensors) {
  const auto tensor = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  EXPECT_EQ(read(file(tensor("F32", "[2]", "[0,8]"), 8)).size(), 1u);
  expectRefused(tensor("F8_E4M3", "[8]", "[0,8]"), 8, "received F8_E4M3");
  expectRefused(tensor("F32", "[3]", "[0,8]"), 8, "match its shape");
  expectRefused(tensor("F32", "[2]", "[0,8]"), 9, "8 bytes of data");
  expectRefused(tensor("F32", "[2]", "[0,8]"), 7, "data_offsets");
  expectRefused(tensor("F32", "[2]", "[1,9]"), 9, "to follow at byte 0");
  expectRefused(tensor("F32", "[2]", "[8,0]"), 8, "data_offsets");
  expectRefused(tensor("F32", "[2]", "[0]"), 8, "two data_offsets");
  expectRefused(tensor("F32", "[-2]", "[0,8]"), 8, "non-negative integer");
  expectRefused(tensor("F32", "[02]", "[0,8]"), 8, "leading zeros");
  expectRefused(tensor("F32", "[2.0]", "[0,8]"), 8, "']'");
  expectRefused(tensor("F32", "[99999999999999999999]", "[0,8]"), 8, "below 10^18");
  // 2^32 * 2^32 * 4 is 0 modulo 2^64.
  expectRefused(tensor("F32", "[4294967296,4294967296]", "[0,0]"), 0, "match its shape");
  expectRefused(tensor("F32", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "at most 16");
  expectRefused(R"({"a":{"dtype":"F32","shape":[2]}})", 8, "one is missing");
  expectRefused(R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8, "once each");
  expectRefused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":{}}})", 8, "received `x`");
  expectRefused(R"({)" + kTensor + R"(,"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12,
                "to follow at byte 8");
}

TEST(Safetensors, RefusesGiantLengths) {
  Bytes bytes = file("{" + kTensor + "}", 8);
  for (size_t i = 0; i < 8; ++i) bytes[i] = 0xFF;
  expectError("ERR_WEIGHTS", "18446744073709551615", [&] { read(bytes); });
  expectError("ERR_WEIGHTS", "at least 8 bytes", [] { read({1, 2, 3}); });
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const Bytes whole = readBytes(fixturePath("weights.safetensors"));
  for (size_t size = 0; size < whole.size(); ++size) {
    const TemporaryFile shorter(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size)));
    EXPECT_THROW(openWeights(ByteSource::openFile(shorter.path())), Error) << size;
  }
}

// The format has no checksum: a flip must give a typed error or tensors of the sizes they claim, and nothing worse.
TEST(Safetensors, BitFlipsInTheHeaderAreHandled) {
  const Bytes whole = readBytes(fixturePath("weights.safetensors"));
  const size_t headerSize = whole[0] + whole[1] * 256u;
  for (size_t bit = 0; bit < (8 + headerSize) * 8; ++bit) {
    Bytes damaged = whole;
    damaged[bit / 8] = static_cast<uint8_t>(damaged[bit / 8] ^ 1 << bit % 8);
    try {
      for (const WeightTensor& tensor : read(damaged)) {
        size_t size = scalarSize(tensor.kind);
        for (const int64_t dimension : tensor.shape) size *= static_cast<size_t>(dimension);
        ASSERT_EQ(tensor.bytes.size(), size);
      }
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), "ERR_WEIGHTS");
    }
  }
}

TEST(DeterministicWeights, MatchThePythonSide) {
  // The first values of deterministic.uniform('clip', 3).
  const std::vector<float> clip = test::deterministicClip({1, 1, 1, 1, 3});
  EXPECT_EQ(clip, (std::vector<float>{0.5627719163894653f, -0.49507367610931396f, -0.20887887477874756f}));
}

}  // namespace
}  // namespace kinetorch::formats
