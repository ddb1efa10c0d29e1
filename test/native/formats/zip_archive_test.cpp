#include "native/formats/zip_archive.h"

#include <gtest/gtest.h>

#include "test/native/formats/archive_builder.h"

namespace kinetorch::formats {
namespace {

using test::buildZip;
using test::Bytes;
using test::expectError;
using test::fixturePath;
using test::readBytes;
using test::TestEntry;

ZipArchive open(const Bytes& bytes, ZipLimits limits = {}) { return ZipArchive(ByteSource::open({"", bytes}), limits); }

void expectRefused(const Bytes& bytes, const std::string& text) {
  expectError("ERR_MODEL_FORMAT", text, [&] { open(bytes).checkAll(); });
}

const std::vector<TestEntry> kSmall = {{"a/version", "3\n"}, {"a/data/0", "content"}, {"a/extra/note.txt", "hello"}};

TEST(ZipArchive, ReadsWhatPyTorchWrites) {
  for (const char* name : {"scripted.pt", "traced.pt", "weights.pth"}) {
    const ZipArchive archive(ByteSource::openFile(fixturePath(name)));
    EXPECT_NO_THROW(archive.checkAll()) << name;
    EXPECT_NE(archive.find(archive.root() + "/data.pkl"), nullptr) << name;
    EXPECT_EQ(archive.readExtraFile("kinetorch.json"), std::nullopt) << name;
  }
}

TEST(ZipArchive, InflatesTheCodeOfTorchScript) {
  const ZipArchive archive(ByteSource::openFile(fixturePath("scripted.pt")));
  std::string code;
  for (const ZipEntry& entry : archive.entries()) {
    if (!entry.deflated) continue;
    const Bytes content = archive.read(entry);
    code.append(content.begin(), content.end());
  }
  EXPECT_NE(code.find("def forward"), std::string::npos);
}

TEST(ZipArchive, ReadsEntriesAndExtraFiles) {
  const Bytes bytes = buildZip(kSmall);
  const ZipArchive archive = open(bytes);
  EXPECT_EQ(archive.root(), "a");
  EXPECT_EQ(archive.entries().size(), 3u);
  EXPECT_EQ(archive.readExtraFile("note.txt"), "hello");
  EXPECT_EQ(archive.readExtraFile("other.txt"), std::nullopt);
  EXPECT_EQ(archive.find("data/0"), nullptr);
  const Bytes content = archive.read(*archive.find("a/data/0"));
  EXPECT_EQ(std::string(content.begin(), content.end()), "content");
}

TEST(ZipArchive, RefusesWhatIsNoArchive) {
  expectRefused({}, "received 0 bytes");
  expectRefused(readBytes(fixturePath("text.pt")), "end record");
  expectRefused(readBytes(fixturePath("truncated.pt")), "end record");
  expectError("ERR_FILE_NOT_FOUND", "No such file", [] { ByteSource::openFile("/no/such/file"); });
  expectError("ERR_FILE_ACCESS", "a folder", [] { ByteSource::openFile("/"); });
}

TEST(ZipArchive, RefusesUnsafeNames) {
  for (const char* name : {"a/../b", "/a/b", "a/b\\c", "a//b", "a/./b", "C:/b", "a/\x01", ".."}) {
    expectRefused(buildZip({{"a/version", "3"}, {name, "x"}}), "plain relative names");
  }
  expectRefused(readBytes(fixturePath("dotdot.pt")), "'archive/../outside'");
  expectRefused(buildZip({{"a/b", "x"}, {"a/b", "y"}}), "there twice");
  expectRefused(buildZip({{"a/b", "x"}, {"other/b", "y"}}), "in one folder");
}

TEST(ZipArchive, RefusesEncryptionAndOtherMethods) {
  expectRefused(buildZip({{"a/b", "x", 1}}), "encrypted");
  expectRefused(buildZip({{"a/b", "x", 0, 12}}), "method is 12");
  expectRefused(buildZip({{"a/b", "x", 0, 8}}), "only code/ may be");
  expectRefused(buildZip({{"a/code/b", "x", 0, 8}}), "damaged");
  expectRefused(readBytes(fixturePath("compressed-bomb.pt")), "constants.pkl");
}

TEST(ZipArchive, RefusesHeadersThatDiffer) {
  expectRefused(buildZip({{"a/b", "x", 0, 0, "a/c"}}), "names differ");
  Bytes bytes = buildZip(kSmall);
  bytes[14] ^= 1;  // CRC in the first local header.
  expectRefused(bytes, "sizes or CRC differ");
  bytes = buildZip(kSmall);
  bytes[6] ^= 8;  // Its flags.
  expectRefused(bytes, "flags differ");
}

TEST(ZipArchive, RefusesEntriesThatOverlap) {
  // The second central header points at the first entry's local header, which has the same name and content.
  Bytes bytes = buildZip({{"a/b", "x"}, {"a/c", "x"}});
  const size_t second = bytes.size() - 22 - 49;
  ASSERT_EQ(bytes[second], 'P');
  for (size_t i = 42; i < 46; ++i) bytes[second + i] = 0;
  bytes[second + 48] = 'b';
  expectRefused(bytes, "share the bytes");
}

TEST(ZipArchive, RefusesMoreThanItsLimits) {
  const Bytes bytes = buildZip(kSmall);
  ZipLimits limits;
  limits.maxFileSize = bytes.size() - 1;
  expectError("ERR_MODEL_FORMAT", "at most", [&] { open(bytes, limits); });
  limits = {};
  limits.maxEntries = 2;
  limits.errorCode = "ERR_WEIGHTS";
  expectError("ERR_WEIGHTS", "1 to 2 entries", [&] { open(bytes, limits); });
  limits = {};
  limits.maxInflatedSize = 100;
  const Bytes model = readBytes(fixturePath("scripted.pt"));
  expectError("ERR_MODEL_FORMAT", "compressed entries", [&] { open(model, limits); });
}

TEST(ZipArchive, EveryTruncationIsRefused) {
  test::expectTruncationsRefused(readBytes(fixturePath("scripted.pt")), 7,
                                 [](const Bytes& shorter) { open(shorter).checkAll(); });
}

// A flipped bit is refused, or lies in a byte that says nothing (padding, a date): then all entries read as before.
TEST(ZipArchive, NoBitFlipChangesWhatIsRead) {
  const Bytes model = readBytes(fixturePath("traced.pt"));
  const ZipArchive original = open(model);
  size_t refused = 0;
  size_t tried = 0;
  for (size_t bit = 0; bit < model.size() * 8; bit += 13, ++tried) {
    Bytes damaged = model;
    damaged[bit / 8] = static_cast<uint8_t>(damaged[bit / 8] ^ 1 << bit % 8);
    try {
      const ZipArchive archive = open(damaged);
      archive.checkAll();
      ASSERT_EQ(archive.entries().size(), original.entries().size()) << bit;
      for (const ZipEntry& entry : original.entries()) {
        const ZipEntry* same = archive.find(entry.name);
        ASSERT_NE(same, nullptr) << entry.name << " at bit " << bit;
        ASSERT_EQ(archive.read(*same), original.read(entry)) << entry.name << " at bit " << bit;
      }
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, tried / 2);
}

}  // namespace
}  // namespace kinetorch::formats
