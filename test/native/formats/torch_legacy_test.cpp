#include "native/formats/torch_legacy.h"

#include <gtest/gtest.h>

#include <memory>

#include "native/formats/torch_weights.h"
#include "test/native/formats/pickle_builder.h"
#include "test/native/formats/read_all.h"

namespace kinetorch::formats {
namespace {

using test::Bytes;
using test::dict;
using test::expectError;
using test::fixturePath;
using test::global;
using test::integer;
using test::pickle;
using test::readAll;
using test::readBytes;
using test::tensor;
using test::text;

const std::string kMagic("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.", 15);

std::string legacyStorage(const std::string& key, int64_t elements, const std::string& type = "FloatStorage",
                          const std::string& part = "N") {
  return "(" + text("storage") + global("torch", type) + text(key) + text("cpu") + integer(elements) + part + "tQ";
}

std::string size(uint64_t elements) {
  Bytes bytes;
  test::append(bytes, elements, 8);
  return {bytes.begin(), bytes.end()};
}

std::string list(const std::vector<std::string>& keys) {
  std::string items = "](";
  for (const std::string& key : keys) items += text(key);
  return items + "e";
}

// What of a file a test may want otherwise.
struct Parts {
  std::string saved = dict(tensor(legacyStorage("k", 2), 0, {2}, {1}));
  std::string keys = list({"k"});
  std::string data = size(2) + std::string(8, '\1');
  int64_t protocol = 1001;
  std::string system = "}" + text("little_endian") + "\x88s";
};

Bytes build(const Parts& parts) {
  const std::string file = kMagic + pickle(integer(parts.protocol)) + pickle(parts.system) + pickle(parts.saved) +
                           pickle(parts.keys) + parts.data;
  return {file.begin(), file.end()};
}

std::vector<WeightTensor> read(const Bytes& bytes) {
  return readAll(*weightsOf(readTorchLegacy(ByteSource::open({"", bytes})), "file"));
}

void expectRefused(const Parts& parts, const std::string& message) {
  expectError("ERR_WEIGHTS", message, [&] { read(build(parts)); });
}

TEST(TorchLegacy, ReadsStoragesInTheOrderOfTheirKeys) {
  Parts parts;
  parts.saved = "}(" + text("a") + tensor(legacyStorage("second", 2), 1, {1}, {1}) + text("b") +
                tensor(legacyStorage("first", 3, "ByteStorage"), 0, {3}, {1}) + "u";
  parts.keys = list({"first", "second"});
  parts.data = size(3) + std::string("\1\2\3") + size(2) + std::string(4, '\4') + std::string(4, '\5');
  const std::vector<WeightTensor> tensors = read(build(parts));
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[0].bytes, Bytes(4, 5));
  EXPECT_EQ(tensors[1].bytes, (Bytes{1, 2, 3}));
  EXPECT_EQ(tensors[1].kind, ScalarKind::kUInt8);
}

// Whose class stands in a persistent id, with the source of its code.
TEST(TorchLegacy, ReadsAModuleThatWasSavedWhole) {
  const std::string type = "(" + text("module") + global("my.code", "Net") + text("net.py") + text("class Net:") + "tQ";
  Parts parts;
  parts.saved = type + ")\x81}(" + text("_parameters") + "}" + text("weight") +
                tensor(legacyStorage("k", 2), 0, {2}, {1}) + "s" + text("_modules") + "}ub";
  const std::vector<WeightTensor> tensors = read(build(parts));
  ASSERT_EQ(tensors.size(), 1u);
  EXPECT_EQ(tensors[0].name, "weight");
}

TEST(TorchLegacy, RefusesWhatPyTorchDoesNotWrite) {
  const auto refused = [](const std::string& message, const std::function<void(Parts&)>& change) {
    SCOPED_TRACE(message);
    Parts parts;
    change(parts);
    expectRefused(parts, message);
  };
  refused("the protocol 1001", [](Parts& parts) { parts.protocol = 1002; });
  refused("little-endian machine", [](Parts& parts) { parts.system = "}" + text("little_endian") + "\x89s"; });
  refused("byte order", [](Parts& parts) { parts.system = "}"; });
  refused("a list of storages' keys but received a dict", [](Parts& parts) { parts.keys = "}"; });
  refused("received one more, `other`", [](Parts& parts) { parts.keys = list({"k", "other"}); });
  refused("received one more", [](Parts& parts) { parts.keys = "]" + integer(3) + "a"; });
  refused("`k` is there twice", [](Parts& parts) {
    parts.keys = list({"k", "k"});
    parts.data += parts.data;
  });
  refused("the data of `t` in storage `k` but there is none", [](Parts& parts) { parts.keys = "]"; });
  refused("2 elements in storage `k` but it has 3", [](Parts& parts) { parts.data[0] = 3; });
  refused("-1 elements", [](Parts& parts) { parts.saved = dict(tensor(legacyStorage("k", -1), 0, {2}, {1})); });
  refused("the file has 8 more bytes", [](Parts& parts) {
    parts.saved = dict(tensor(legacyStorage("k", INT64_MAX), 0, {2}, {1}));
    parts.data = size(INT64_MAX) + std::string(8, '\1');
  });
  refused("the file ends before it", [](Parts& parts) { parts.data = "1234567"; });
  refused("the file has 7 more bytes", [](Parts& parts) { parts.data.pop_back(); });
  refused("known type but it is `torch.QInt8Storage`",
          [](Parts& parts) { parts.saved = dict(tensor(legacyStorage("k", 2, "QInt8Storage"), 0, {2}, {1})); });
  refused("a part of another; read the file in Python", [](Parts& parts) {
    parts.saved = dict(tensor(legacyStorage("k", 2, "FloatStorage", text("root") + "\x85"), 0, {2}, {1}));
  });
  refused("one type and size but it has two", [](Parts& parts) {
    parts.saved = "}(" + text("a") + tensor(legacyStorage("k", 2), 0, {2}, {1}) + text("b") +
                  tensor(legacyStorage("k", 2, "IntStorage"), 0, {2}, {1}) + "u";
  });
  refused("reaches beyond", [](Parts& parts) { parts.saved = dict(tensor(legacyStorage("k", 2), 1, {2}, {1})); });
}

TEST(TorchLegacy, EveryTruncationIsRefused) {
  test::expectTruncationsRefused(readBytes(fixturePath("legacy.pth")), 1, [](const Bytes& shorter) {
    readAll(*openWeights(ByteSource::open({"", shorter})));
  });
}

// There is no checksum: a flipped bit gives a typed error, or other elements of the shape that it says.
TEST(TorchLegacy, DamageIsHandled) {
  const Bytes whole = readBytes(fixturePath("legacy.pth"));
  Bytes damaged = whole;
  size_t refused = 0;
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    damaged[bit / 8] = static_cast<uint8_t>(damaged[bit / 8] ^ 1 << bit % 8);
    try {
      for (const WeightTensor& tensor : readAll(*openWeights(ByteSource::open({"", damaged})))) {
        size_t bytes = scalarSize(tensor.kind);
        for (const int64_t dimension : tensor.shape) bytes *= static_cast<size_t>(dimension);
        ASSERT_EQ(tensor.bytes.size(), bytes);
      }
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), "ERR_WEIGHTS");
      ++refused;
    }
    damaged[bit / 8] = whole[bit / 8];
  }
  EXPECT_GT(refused, size_t{4000});
}

}  // namespace
}  // namespace kinetorch::formats
