#include "native/formats/onnx.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "test/native/formats/archive_builder.h"
#include "test/native/formats/read_all.h"
#include "test/native/support/deterministic_weights.h"

namespace kinetorch::formats {
namespace {

using test::Bytes;
using test::expectError;
using test::fixturePath;
using test::readAll;
using test::readBytes;

std::string onnxFixture(const std::string& name) { return fixturePath("../onnx/" + name); }

std::vector<WeightTensor> read(const Bytes& bytes) { return readAll(*openWeights(ByteSource::open({"", bytes}))); }
std::vector<WeightTensor> read(const std::string& file) { return read(Bytes(file.begin(), file.end())); }

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}
std::string number(uint64_t field, uint64_t value) { return varint(field << 3) + varint(value); }
std::string bytes(uint64_t field, const std::string& content) {
  return varint(field << 3 | 2) + varint(content.size()) + content;
}

// What of a tensor a test may want otherwise.
struct Parts {
  std::string name = bytes(8, "a");
  std::string dims = number(1, 2);
  std::string type = number(2, 1);
  std::string data = bytes(9, std::string(8, '\1'));
};
std::string tensor(const Parts& parts) { return parts.dims + parts.type + parts.name + parts.data; }
std::string initializer(const Parts& parts) { return bytes(5, tensor(parts)); }

const std::string kVersion = number(1, 9) + bytes(2, "pytorch");
const std::string kOperators = bytes(8, number(2, 18));
std::string model(const std::string& graph) { return kVersion + bytes(7, graph) + kOperators; }

// The tensors of make_models.py's network.
void expectNetwork(const char* fixture) {
  SCOPED_TRACE(fixture);
  const std::vector<WeightTensor> tensors = readAll(*openWeights(ByteSource::openFile(onnxFixture(fixture))));
  ASSERT_EQ(tensors.size(), 7u);
  for (const WeightTensor& tensor : tensors) {
    EXPECT_EQ(tensor.kind, ScalarKind::kFloat32);
    std::vector<float> expected(tensor.bytes.size() / sizeof(float));
    test::fillDeterministic(tensor.name, tensor.shape, expected.data());
    EXPECT_EQ(std::memcmp(expected.data(), tensor.bytes.data(), tensor.bytes.size()), 0) << tensor.name;
  }
  EXPECT_EQ(tensors[0].name, "conv.weight");
  EXPECT_EQ(tensors[0].shape, (std::vector<int64_t>{6, 3, 3, 3, 3}));
}

TEST(Onnx, ReadsWhatBothExportersOfPyTorchWrite) {
  expectNetwork("exported.onnx");
  expectNetwork("plain.onnx");
}

template <typename T>
std::vector<T> valuesOf(const WeightTensor& tensor) {
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

TEST(Onnx, ReadsEveryWayToStoreElements) {
  const auto file = openWeights(ByteSource::openFile(onnxFixture("typed.onnx")));
  const std::vector<WeightEntry>& entries = file->sets().front().entries;
  ASSERT_EQ(entries.size(), 9u);
  const std::vector<float> expected{1, -2, 0.5, 3};
  EXPECT_EQ(valuesOf<float>(file->read(0, 0)), expected);
  EXPECT_EQ(valuesOf<int64_t>(file->read(0, 1)), (std::vector<int64_t>{7, -1, int64_t{1} << 40}));
  EXPECT_EQ(valuesOf<int64_t>(file->read(0, 2)), (std::vector<int64_t>{5}));
  EXPECT_TRUE(entries[2].shape.empty());
  EXPECT_FALSE(entries[3].isTensor);
  expectError("ERR_WEIGHTS",
              "`int32_data` to be of float32, float16, bfloat16, float64 or int64 but its data_type is 6",
              [&] { file->read(0, 3); });
  EXPECT_EQ(valuesOf<float>(file->read(0, 4)), expected);
  EXPECT_EQ(valuesOf<double>(file->read(0, 5)), (std::vector<double>{1, -2, 0.5, 3}));
  EXPECT_EQ(valuesOf<uint16_t>(file->read(0, 6)), (std::vector<uint16_t>{0x3C00, 0xC000, 0x3800, 0x4200}));
  EXPECT_EQ(valuesOf<uint16_t>(file->read(0, 7)), (std::vector<uint16_t>{0x3F80, 0xC000, 0x3F00, 0x4040}));
  EXPECT_EQ(file->read(0, 7).kind, ScalarKind::kBFloat16);
  EXPECT_EQ(entries[8].shape, (std::vector<int64_t>{0, 5}));
  EXPECT_TRUE(file->read(0, 8).bytes.empty());
}

TEST(Onnx, NamesTensorsOfFoldedNetworksAndSaysHowToExport) {
  const auto refused = [](const char* fixture, const char* message) {
    expectError("ERR_WEIGHTS", message, [&] { openWeights(ByteSource::openFile(onnxFixture(fixture))); });
  };
  refused("folded.onnx",
          "2 of 4 are of convolutions that the exporter folded batch norms into (onnx::Conv_16, "
          "onnx::Conv_17); in Python, export with torch.onnx.export(");
  refused("optimized.onnx", "(conv.weight_bias); in Python");
  refused("external.onnx", "`conv.weight` in the file but they are in another one; in Python, onnx.save(");
  std::string many;
  for (int i = 0; i < 7; ++i) many += initializer({bytes(8, "onnx::Conv_" + std::to_string(i))});
  expectError("ERR_WEIGHTS", "onnx::Conv_4, …)", [&] { read(model(many)); });
}

TEST(Onnx, PassesOverWhatIsNotAskedFor) {
  const std::string node = bytes(
      1, bytes(4, "Conv") + varint(99 << 3 | 1) + std::string(8, 'x') + varint(98 << 3 | 5) + std::string(4, 'x'));
  Parts packed;
  packed.dims = bytes(1, varint(1) + varint(2));
  const std::vector<WeightTensor> tensors = read(model(node + initializer(packed) + bytes(2, "main")));
  ASSERT_EQ(tensors.size(), 1u);
  EXPECT_EQ(tensors[0].shape, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(tensors[0].bytes, Bytes(8, 1));
}

void expectRefused(const std::string& message, const std::string& file) {
  SCOPED_TRACE(message);
  expectError("ERR_WEIGHTS", message, [&] { read(file); });
}

TEST(Onnx, RefusesDamagedTensors) {
  const auto refused = [](const std::string& message, const std::function<void(Parts&)>& change) {
    Parts parts;
    change(parts);
    expectRefused(message, model(initializer(parts)));
  };
  EXPECT_EQ(read(model(initializer({}))).size(), 1u);
  refused("8 bytes of elements in `a` but received 7", [](Parts& p) { p.data = bytes(9, std::string(7, '\1')); });
  refused("elements of `a` in raw_data, float_data or int64_data", [](Parts& p) { p.data = ""; });
  refused("in one piece", [](Parts& p) { p.data += p.data; });
  refused("in one piece", [](Parts& p) { p.data = varint(4 << 3 | 5) + std::string(4, '\1'); });
  refused("of float_data", [](Parts& p) {
    p.type = number(2, 11);
    p.data = bytes(4, std::string(16, '\1'));
  });
  refused("a name for each", [](Parts& p) { p.name = ""; });
  refused("names of at most 4096 bytes but received 5000", [](Parts& p) { p.name = bytes(8, std::string(5000, 'a')); });
  refused("sizes of tensors but received 18446744073709551615", [](Parts& p) { p.dims = number(1, UINT64_MAX); });
  // 2^32 * 2^32 * 4 is 0 modulo 2^64.
  refused("no larger than the file", [](Parts& p) {
    p.dims = number(1, uint64_t{1} << 32) + number(1, uint64_t{1} << 32);
    p.data = "";
  });
  refused("at most 16 axes", [](Parts& p) { p.dims = bytes(1, std::string(17, '\1')); });
  refused("as its shape says", [](Parts& p) {
    p.type = number(2, 7);
    p.data = bytes(7, std::string(3, '\1'));
  });
  refused("what it belongs to ends there", [](Parts& p) {
    p.type = number(2, 7);
    p.data = bytes(7, std::string(1, '\1'));
  });
  refused("a small tensor of int64", [](Parts& p) {
    p.type = number(2, 7);
    p.dims = number(1, (uint64_t{1} << 20) + 1);
    p.data = bytes(7, std::string(1, '\1'));
  });
  expectRefused("`a` is there twice", model(initializer({}) + initializer({})));
}

TEST(Onnx, RefusesWhatIsNoProtocolBuffer) {
  expectRefused("the version of its operators", kVersion + bytes(7, initializer({})));
  expectRefused("holds none", model(""));
  expectRefused("a message in field 7", kVersion + number(7, 1) + kOperators);
  expectRefused("a field of a known kind", kVersion + varint(3 << 3 | 3) + kOperators);
  expectRefused("the number of a field", kVersion + varint(0) + kOperators);
  expectRefused("the number of a field", kVersion + varint(uint64_t{1} << 33));
  expectRefused("numbers of 64 bits", kVersion + varint(3 << 3) + std::string(10, '\xFF'));
  expectRefused("expected 300 bytes", kVersion + varint(7 << 3 | 2) + varint(300) + "x");
  // A field may not reach beyond the message that it is in, though the file goes on.
  expectRefused("has 0 more", kVersion + bytes(7, varint(5 << 3 | 2) + varint(4)) + kOperators);
  expectRefused("at most 4000000 fields", model(std::string(8'100'000, '\x20')));
}

TEST(Onnx, EveryTruncationIsRefused) {
  test::expectTruncationsRefused(readBytes(onnxFixture("exported.onnx")), 1,
                                 [](const Bytes& shorter) { read(shorter); });
}

// The format has no checksum: a flip must give a typed error or tensors of the sizes they claim, and nothing worse.
TEST(Onnx, DamageIsHandled) {
  const Bytes whole = readBytes(onnxFixture("exported.onnx"));
  Bytes damaged = whole;
  size_t refused = 0;
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    damaged[bit / 8] = static_cast<uint8_t>(damaged[bit / 8] ^ 1 << bit % 8);
    try {
      for (const WeightTensor& tensor : read(damaged)) {
        size_t size = scalarSize(tensor.kind);
        for (const int64_t dimension : tensor.shape) size *= static_cast<size_t>(dimension);
        ASSERT_EQ(tensor.bytes.size(), size);
      }
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), "ERR_WEIGHTS");
      ++refused;
    }
    damaged[bit / 8] = whole[bit / 8];
  }
  EXPECT_GT(refused, size_t{500});
}

}  // namespace
}  // namespace kinetorch::formats
