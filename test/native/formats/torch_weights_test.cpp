#include "native/formats/torch_weights.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "native/formats/torch_zip.h"
#include "native/formats/zip_archive.h"
#include "test/native/formats/pickle_builder.h"
#include "test/native/formats/read_all.h"

namespace kinetorch::formats {
namespace {

using test::buildZip;
using test::Bytes;
using test::dict;
using test::expectError;
using test::fixturePath;
using test::global;
using test::integer;
using test::pickle;
using test::readAll;
using test::readBytes;
using test::storage;
using test::TemporaryFile;
using test::tensor;
using test::TestEntry;
using test::text;

Bytes torchFile(const std::string& value, const std::string& data = std::string(24, '\1'),
                const std::vector<TestEntry>& more = {}) {
  std::vector<TestEntry> entries = {{"a/data.pkl", pickle(value)}, {"a/byteorder", "little"}, {"a/data/0", data}};
  entries.insert(entries.end(), more.begin(), more.end());
  return buildZip(entries);
}

std::unique_ptr<WeightFile> open(const Bytes& bytes) {
  return weightsOf(readTorchZip(ByteSource::open({"", bytes})), "file");
}

std::vector<WeightTensor> read(const Bytes& bytes) { return readAll(*open(bytes)); }

void expectRefused(const Bytes& bytes, const std::string& message) {
  expectError("ERR_WEIGHTS", message, [&] { read(bytes); });
}

std::map<std::string, WeightTensor> byName(const std::string& fixture) {
  std::map<std::string, WeightTensor> tensors;
  for (WeightTensor& tensor : readAll(*openWeights(ByteSource::openFile(fixturePath(fixture))))) {
    const bool isWrapped = tensor.name.rfind("module.", 0) == 0;  // of DataParallel
    tensors[tensor.name.substr(isWrapped ? 7 : 0)] = tensor;
  }
  return tensors;
}

TEST(TorchWeights, ReadsTheSameFromEveryFile) {
  const auto expected = byName("weights.safetensors");
  ASSERT_EQ(expected.size(), 8u);
  for (const char* fixture : {"weights.pth", "checkpoint.pth", "strided.pth", "legacy.pth", "scripted.pt"}) {
    const auto actual = byName(fixture);
    ASSERT_EQ(actual.size(), expected.size()) << fixture;
    for (const auto& [name, tensor] : expected) {
      ASSERT_EQ(actual.count(name), 1u) << fixture << " " << name;
      EXPECT_EQ(actual.at(name).kind, tensor.kind) << fixture << " " << name;
      EXPECT_EQ(actual.at(name).shape, tensor.shape) << fixture << " " << name;
      EXPECT_EQ(actual.at(name).bytes, tensor.bytes) << fixture << " " << name;
    }
  }
}

TEST(TorchWeights, RefusesOtherFilesByName) {
  const auto refused = [](const std::string& fixture, const std::string& message) {
    SCOPED_TRACE(fixture);
    expectError("ERR_WEIGHTS", message, [&] { readAll(*openWeights(ByteSource::openFile(fixturePath(fixture)))); });
  };
  refused("hostile.pth", "`conv.weight`, for one, is what `__builtin__.print` gives");
  const auto tar = [](const std::string& firstName) {
    std::string header = firstName;
    header.resize(257, '\0');
    header += "ustar" + std::string(600, 'x');
    const TemporaryFile archive({header.begin(), header.end()});
    openWeights(ByteSource::openFile(archive.path()));
  };
  expectError("ERR_WEIGHTS", "a tar archive; unpack it", [&] { tar("weights.pth"); });
  expectError(
      "ERR_WEIGHTS",
      "a tar archive of torch.save, from before PyTorch 0.1.10; read it in Python, where you trust it, and save "
      "it again: torch.save(torch.load(path, weights_only=False), path)",
      [&] { tar("sys_info"); });
  refused("bit-flipped.pth", "CRC-32");
  refused("bit-flipped.pt", "CRC-32");
  refused("text.pt", "none of them");
  refused("empty.pt", "none of them");
  expectError("ERR_FILE_NOT_FOUND", "No such file", [] { openWeights(ByteSource::openFile("/no/such/file.pth")); });
}

TEST(TorchWeights, MakesViewsContiguous) {
  const std::string data({1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0});
  const auto values = [&](int64_t offset, const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
    const WeightTensor result = read(torchFile(dict(tensor(storage("0", 6), offset, shape, strides)), data)).at(0);
    std::string digits;
    for (size_t i = 0; i < result.bytes.size(); i += 4) digits += static_cast<char>('0' + result.bytes[i]);
    return digits;
  };
  EXPECT_EQ(values(0, {2, 3}, {3, 1}), "123456");
  EXPECT_EQ(values(0, {3, 2}, {1, 3}), "142536");
  EXPECT_EQ(values(1, {2, 2}, {3, 1}), "2356");
  EXPECT_EQ(values(0, {3}, {2}), "135");
  EXPECT_EQ(values(5, {}, {}), "6");
  EXPECT_EQ(values(5, {1, 1}, {100, 0}), "6");
  EXPECT_EQ(values(0, {2, 1, 3}, {1, 7, 2}), "135246");
  EXPECT_EQ(values(0, {0, 3}, {3, 1}), "");
}

TEST(TorchWeights, RefusesViewsThatLeaveOrOverlap) {
  const auto refused = [](int64_t offset, const std::vector<int64_t>& shape, const std::vector<int64_t>& strides,
                          const std::string& message) {
    expectRefused(torchFile(dict(tensor(storage("0", 6), offset, shape, strides))), message);
  };
  constexpr int64_t kHuge = INT64_MAX;
  refused(0, {7}, {1}, "reaches beyond");
  refused(1, {6}, {1}, "reaches beyond");
  refused(6, {}, {}, "reaches beyond");
  refused(-1, {2}, {1}, "reaches beyond");
  refused(kHuge, {2}, {1}, "reaches beyond");
  refused(0, {2}, {kHuge}, "reaches beyond");
  refused(0, {kHuge, kHuge}, {kHuge, 1}, "reaches beyond");
  refused(0, {2, 3}, {kHuge, kHuge}, "reaches beyond");
  refused(0, {6}, {0}, "strides overlap");
  refused(0, {3, 2}, {1, 1}, "strides overlap");
  refused(0, {kHuge}, {0}, "strides overlap");
  refused(0, {-1}, {1}, "non-negative");
  refused(0, {2}, {-1}, "non-negative");
  refused(0, {2, 3}, {1}, "as many strides");
  refused(0, std::vector<int64_t>(17, 1), std::vector<int64_t>(17, 1), "at most 16");
}

TEST(TorchWeights, RefusesStoragesThatDoNotMatch) {
  const auto view = [](const std::string& storage) { return dict(tensor(storage, 0, {1}, {1})); };
  expectRefused(torchFile(view(storage("0", 7))), "7 elements of float32");
  expectRefused(torchFile(view(storage("0", -1))), "-1 elements");
  expectRefused(torchFile(view(storage("1", 6))), "`data/1`");
  expectRefused(torchFile(view(storage("../data.pkl", 6))), "there is none");
  expectRefused(torchFile(view(storage("0", 6, "QInt8Storage"))), "of a known type but it is `torch.QInt8Storage`");
  expectRefused(torchFile(view(integer(3))), "to have a storage");
  const std::string twoKinds = "}(" + text("a") + tensor(storage("0", 6), 0, {1}, {1}) + text("b") +
                               tensor(storage("0", 6, "IntStorage"), 0, {1}, {1}) + "u";
  expectRefused(torchFile(twoKinds), "two");
  expectRefused(torchFile(view(storage("0", 6)), std::string(24, '\1'), {{"a/constants.pkl", "x"}}), "TorchScript");
}

// Objects as TorchScript's modules are.
std::string object(const std::string& members) { return global("__torch__", "Net") + ")\x81}(" + members + "ub"; }

Bytes model(const std::string& value) { return torchFile(value, std::string(24, '\1'), {{"a/constants.pkl", "x"}}); }

TEST(TorchWeights, ReadsModulesOfATorchScriptModel) {
  const std::string one = tensor(storage("0", 6), 0, {6}, {1});
  const std::string inner = object(text("weight") + one + text("training") + "\x88");
  const TemporaryFile file(model(object(text("bias") + one + text("layer") + inner)));
  std::map<std::string, WeightTensor> tensors;
  for (WeightTensor& tensor : readAll(*openWeights(ByteSource::openFile(file.path())))) tensors[tensor.name] = tensor;
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors.count("bias"), 1u);
  EXPECT_EQ(tensors.at("layer.weight").shape, std::vector<int64_t>{6});
}

TEST(TorchWeights, RefusesModulesWithoutEnd) {
  // Forty levels, each of which holds the one below it twice: 2^40 ways.
  std::string wide = object("") + "q\x01";
  for (int level = 0; level < 40; ++level) {
    wide += "0" + object(text("a") + "h\x01" + text("b") + "h\x01") + "q\x01";
  }
  expectRefused(model(wide), "1,000,000 attributes");
  std::string deep = object("") + "q\x01";
  for (int level = 0; level < 1000; ++level) deep += "0" + object(text("a") + "h\x01") + "q\x01";
  expectRefused(model(deep), "1,000 bytes");
}

std::vector<std::string> paths(const Bytes& bytes) {
  const std::unique_ptr<WeightFile> file = open(bytes);
  std::vector<std::string> found;
  for (const WeightSet& set : file->sets()) found.push_back(set.path);
  return found;
}

// A module of Python's, whose every dict may be another's too.
std::string pythonModule(const std::string& parameters, const std::string& modules) {
  return global("my.code", "Net") + ")\x81}(" + text("_parameters") + parameters + text("_modules") + modules + "ub";
}

TEST(TorchWeights, CountsAllThatItLooksAt) {
  // Modules that hold nothing which is kept, though much to look at: ten thousand times the same one.
  std::string large = "}(";
  for (int i = 0; i < 1000; ++i) large += text("n" + std::to_string(i)) + "N";
  std::string twice = "}(" + text("a") + pythonModule("}", large + "u") + "q\x01";
  for (int i = 0; i < 10'000; ++i) twice += text(std::to_string(i)) + "h\x01";
  const std::string one = tensor(storage("0", 6), 0, {6}, {1});
  expectRefused(torchFile(dict(pythonModule("}" + text("w") + one + "s", twice + "u"))), "1,000,000 attributes");
  // In several modules of one file, each of them small enough.
  std::string several = "}(";
  for (int i = 0; i < 600; ++i) {
    several += text(std::to_string(i)) + pythonModule("}", i == 0 ? large + "uq\x02" : "h\x02");
  }
  several += text("t") + one;
  EXPECT_EQ(paths(torchFile(several + "u")).size(), 1u);
  std::string more = several;
  for (int i = 0; i < 600; ++i) more += text("more" + std::to_string(i)) + pythonModule("}", "h\x02");
  expectRefused(torchFile(more + "u"), "1,000,000 attributes");
}

TEST(TorchWeights, BoundsNamesTogether) {
  const std::string one = tensor(storage("0", 6), 0, {6}, {1});
  std::string pickled = "}(" + text(std::string(900, 'n')) + "q\x01" + one + "q\x02";
  for (int i = 0; i < 100'000; ++i) pickled += "h\x01h\x02";
  expectRefused(torchFile(pickled + "u"), "64 MiB together");
}

TEST(TorchWeights, RefusesManyViewsOfOneStorage) {
  std::string pickled = "}(";
  for (int i = 0; i < 3000; ++i) pickled += text(std::to_string(i)) + "h\x01";
  const std::string data(200'000, '\1');
  const std::string first = text("first") + tensor(storage("0", 50'000), 0, {50'000}, {1}) + "q\x01";
  expectRefused(torchFile(pickled.insert(2, first) + "u", data), "8 times the file's bytes");
}

TEST(TorchWeights, RefusesWhatIsNoStateDict) {
  expectRefused(torchFile(integer(3)), "a dict of tensors but received an int");
  expectRefused(torchFile(global("os", "system") + text("id") + "\x85R"), "received what `os.system` gives");
  expectRefused(buildZip({{"a/version", "3"}}), "`data.pkl`");
  expectRefused(buildZip({{"a/data.pkl", pickle("}")}, {"a/byteorder", "big"}}), "received `big`");
  const TemporaryFile empty(torchFile("}"));
  expectError("ERR_WEIGHTS", "holds none", [&] { openWeights(ByteSource::openFile(empty.path())); });
}

// What lies beside the tensors of a checkpoint, none of it known: a numpy scalar, arguments, a schedule's function, an
// optimiser's state, a random generator's.
std::string beside() {
  return text("best") + global("numpy.core.multiarray", "scalar") + global("numpy", "dtype") + text("f8") +
         "\x89\x88\x87R" + std::string("C\x02\0\1", 4) + "\x86R" + text("args") + global("argparse", "Namespace") +
         ")\x81}" + text("lr") + "K\x01" + "sb" + text("schedule") + global("os", "system") + text("optimizer") + "}" +
         text("state") + "}" + integer(0) + "}" + text("exp_avg") + tensor(storage("0", 6), 0, {1}, {1}) + "sss" +
         text("rng") + "\x8A\x09" + "123456789";
}

TEST(TorchWeights, FindsStateDictsAmongOtherThings) {
  const std::string state = dict(tensor(storage("0", 6), 0, {6}, {1}));
  const auto checkpoint = [&](const std::string& members) { return torchFile("}(" + beside() + members + "u"); };
  using Paths = std::vector<std::string>;
  expectRefused(checkpoint(""),
                "expected tensors but found none: `best`, for one, is what `numpy.core.multiarray.scalar`");
  EXPECT_EQ(paths(checkpoint(text("state_dict") + state)), Paths{"state_dict"});
  EXPECT_EQ(paths(checkpoint(text("any") + dict(state))), Paths{"any.t"});
  EXPECT_EQ(paths(checkpoint(text("model") + state + text("ema") + state)), (Paths{"model", "ema"}));
  // In the file itself; in a list; in a defaultdict; as an attribute.
  EXPECT_EQ(paths(checkpoint(text("t") + tensor(storage("0", 6), 0, {6}, {1}))), Paths{""});
  EXPECT_EQ(paths(torchFile("(" + state + "K\x03t")), Paths{"0"});
  const std::string filled = "(" + text("w") + tensor(storage("0", 6), 0, {6}, {1}) + "u";
  EXPECT_EQ(paths(checkpoint(text("d") + global("collections", "defaultdict") + ")R" + filled)), Paths{"d"});
  EXPECT_EQ(paths(checkpoint(text("o") + global("my", "State") + ")\x81}" + text("net") + state + "sb")),
            Paths{"o.net"});
  // The same under two keys is one set.
  EXPECT_EQ(paths(checkpoint(text("a") + state + "q\x05" + text("b") + "h\x05")), Paths{"a"});
}

TEST(TorchWeights, ReadsAModuleThatWasSavedWhole) {
  const auto module = [&](const std::string& parameters, const std::string& buffers, const std::string& modules) {
    return global("my.code", "Net") + ")\x81}(" + text("training") + "\x88" + text("_parameters") + "}(" + parameters +
           "u" + text("_buffers") + "}(" + buffers + "u" + text("_non_persistent_buffers_set") + "\x8F(" +
           text("grid") + "\x90" + text("_modules") + "}(" + modules + "uub";
  };
  const std::string one = tensor(storage("0", 6), 0, {6}, {1});
  const std::string inner = module(text("weight") + one + text("bias") + "N", text("mean") + one + text("grid") + one,
                                   text("act") + module("", "", ""));
  const Bytes file = torchFile(dict(module("", "", text("conv") + inner)));
  std::vector<std::string> names;
  for (const WeightTensor& tensor : read(file)) names.push_back(tensor.name);
  EXPECT_EQ(names, (std::vector<std::string>{"conv.weight", "conv.mean"}));
  EXPECT_EQ(paths(file), std::vector<std::string>{"t"});
}

TEST(TorchWeights, KnowsTheWaysInWhichTensorsAreWrapped) {
  const std::string parts = storage("0", 6) + integer(0) + test::tuple({6}) + test::tuple({1});
  const std::string plain = global("torch._utils", "_rebuild_tensor_v2") + "(" + parts + "\x89}tR";
  for (const std::string& wrapped :
       {global("torch._utils", "_rebuild_tensor") + "(" + parts + "tR",
        global("torch._utils", "_rebuild_parameter") + plain + "\x88}\x87R",
        global("torch._utils", "_rebuild_parameter_with_state") + "(" + plain + "\x88}}tR",
        global("torch._tensor", "_rebuild_from_type_v2") + "(" + global("torch._utils", "_rebuild_tensor_v2") +
            global("my", "Tensor") + "(" + parts + "\x89}t}tR"}) {
    EXPECT_EQ(read(torchFile(dict(wrapped))).at(0).shape, std::vector<int64_t>{6});
  }
  // A function that nobody knows: the tensor is named, and why.
  const std::string unknown = global("torch._utils", "_rebuild_qtensor") + "(" + parts + "tR";
  expectRefused(torchFile("}(" + text("a") + plain + text("b") + unknown + "u"),
                "expected `b` to be a tensor but received what `torch._utils._rebuild_qtensor` gives");
}

TEST(TorchWeights, IsBoundedInWhatItSearches) {
  // Each of forty dicts holds the one before it twice; a dict that holds itself; a chain a million deep.
  std::string wide = dict(tensor(storage("0", 6), 0, {6}, {1})) + "q\x01";
  for (int level = 0; level < 40; ++level) wide += "0}(" + text("a") + "h\x01" + text("b") + "h\x01uq\x01";
  EXPECT_EQ(paths(torchFile(wide)).size(), 1u);
  EXPECT_TRUE(paths(torchFile("}q\x01" + text("self") + "h\x01s")).empty());
  std::string deep = dict(tensor(storage("0", 6), 0, {6}, {1})) + "q\x01";
  for (int level = 0; level < 100'000; ++level) deep += "0}" + text("deeper") + "h\x01sq\x01";
  EXPECT_TRUE(paths(torchFile(deep)).empty());
  std::string many = "}(" + text("first") + tensor(storage("0", 6), 0, {6}, {1}) + "q\x01";
  for (int i = 0; i < 250'000; ++i) many += text("n" + std::to_string(i)) + "h\x01";
  expectRefused(torchFile(many + "u"), "200,000 tensors");
}

TEST(TorchWeights, EveryTruncationIsRefused) {
  test::expectTruncationsRefused(readBytes(fixturePath("weights.pth")), 3, [](const Bytes& shorter) { read(shorter); });
}

// Damage in the pickle alone, with a CRC that agrees: nothing but a typed error or well-formed tensors.
TEST(TorchWeights, DamagedPicklesAreHandled) {
  const Bytes whole = readBytes(fixturePath("weights.pth"));
  const ZipArchive archive(ByteSource::open({"", whole}));
  std::vector<TestEntry> entries;
  size_t pickleIndex = 0;
  for (const ZipEntry& entry : archive.entries()) {
    const Bytes content = archive.read(entry);
    if (entry.name == archive.root() + "/data.pkl") pickleIndex = entries.size();
    entries.push_back({entry.name, std::string(content.begin(), content.end())});
  }
  const std::string original = entries[pickleIndex].content;
  size_t refused = 0;
  for (size_t bit = 0; bit < original.size() * 8; ++bit) {
    entries[pickleIndex].content = original;
    char& damaged = entries[pickleIndex].content[bit / 8];
    damaged = static_cast<char>(damaged ^ 1 << bit % 8);
    const Bytes bytes = buildZip(entries);
    try {
      for (const WeightTensor& tensor : read(bytes)) {
        size_t size = scalarSize(tensor.kind);
        for (const int64_t dimension : tensor.shape) size *= static_cast<size_t>(dimension);
        ASSERT_EQ(tensor.bytes.size(), size);
      }
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), "ERR_WEIGHTS");
      ++refused;
    }
  }
  EXPECT_GT(refused, original.size() * 4);
}

}  // namespace
}  // namespace kinetorch::formats
