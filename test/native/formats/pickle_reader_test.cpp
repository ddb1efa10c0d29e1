#include "native/formats/pickle_reader.h"

#include <gtest/gtest.h>

#include <map>

#include "test/native/formats/pickle_builder.h"

namespace kinetorch::formats {
namespace {

using test::Bytes;
using test::global;
using test::integer;
using test::pickle;
using test::text;

void expectPickleRefused(const std::string& bytes, const std::string& message) {
  const Bytes content(bytes.begin(), bytes.end());
  test::expectError("ERR_WEIGHTS", message, [&] {
    readPickle(
        content, [](const std::string&) { return false; }, "file");
  });
}

TEST(PickleReader, NamesTheGlobalItRefuses) {
  for (const auto& [module, name] : std::map<std::string, std::string>{
           {"os", "system"}, {"builtins", "eval"}, {"torch", "load"}, {"collections", "OrderedDict\r"}}) {
    expectPickleRefused(pickle(global(module, name) + text("id") + "\x85R"), "`" + module + "." + name + "`");
  }
  expectPickleRefused(std::string("\x80\x04\x8C\x02os\x8C\x06system\x93.", 16), "`os.system`");
}

TEST(PickleReader, RefusesDamage) {
  for (const std::string& bytes : {std::string(),
                                   std::string("\x80"),
                                   pickle(""),
                                   pickle("NN"),
                                   pickle("("),
                                   pickle("t"),
                                   pickle("0"),
                                   pickle("N(0t"),
                                   pickle("N(\x85t"),
                                   pickle("s"),
                                   pickle("N]s"),
                                   pickle("NNNs"),
                                   pickle("](Nu"),
                                   pickle("}(Nu"),
                                   pickle("}(Ne"),
                                   pickle("]N(a"),
                                   pickle("h\x01"),
                                   pickle("q\x01"),
                                   pickle("NNR"),
                                   pickle("]}b"),
                                   pickle("N.N"),
                                   pickle("i"),
                                   pickle("o"),
                                   pickle("\x81"),
                                   pickle("cos"),
                                   pickle("\x8A\x09"
                                          "123456789"),
                                   std::string("\x80\x05N."),
                                   std::string("\x80\x01N."),
                                   pickle("X\xFF\xFF\xFF\xFF"
                                          "abc"),
                                   pickle("\x95\x01\x02"),
                                   pickle("NQN")}) {
    expectPickleRefused(bytes, "expected");
  }
}

TEST(PickleReader, IsBoundedInDepthAndSize) {
  const auto isAllowed = [](const std::string&) { return false; };
  const auto read = [&](const std::string& bytes) {
    return readPickle(Bytes(bytes.begin(), bytes.end()), isAllowed, "file");
  };
  // A million nested tuples or lists: held flat, so neither reading nor freeing recurses.
  EXPECT_EQ(read(pickle(")" + std::string(1'000'000, '\x85'))).values.size(), 1'000'001u);
  EXPECT_NO_THROW(read(pickle(std::string(500'000, ']') + std::string(499'999, 'a'))));
  expectPickleRefused(pickle(")" + std::string(3'000'000, '\x85')), "2,000,000 values");
  expectPickleRefused(pickle(std::string(2'000, '(')), "1,000 open lists");
  std::string memos = "Nq\x01(";
  for (int i = 0; i < 9'000'000; ++i) memos += "h\x01";
  expectPickleRefused(pickle(memos + "t"), "8,000,000 stack operations");
  // A list that holds itself.
  EXPECT_NO_THROW(
      read(pickle("]q\x01h\x01"
                  "a")));
}

TEST(PickleReader, ReadsNumbers) {
  const auto value = [](const std::string& bytes) {
    const std::string whole = pickle(bytes);
    const PickleTree tree = readPickle(
        Bytes(whole.begin(), whole.end()), [](const std::string&) { return false; }, "file");
    return tree[tree.root];
  };
  EXPECT_EQ(value("K\xFF").integer, 255);
  EXPECT_EQ(value("M\x34\x12").integer, 0x1234);
  EXPECT_EQ(value("J\xFF\xFF\xFF\xFF").integer, -1);
  EXPECT_EQ(value(std::string("\x8A\x00", 2)).integer, 0);
  EXPECT_EQ(value("\x8A\x01\xFF").integer, -1);
  EXPECT_EQ(value(std::string("\x8A\x02\xFF\x00", 4)).integer, 255);
  EXPECT_EQ(value(integer(INT64_MIN)).integer, INT64_MIN);
  EXPECT_EQ(value(std::string("G\x3F\xF8\0\0\0\0\0\0", 9)).number, 1.5);
}

}  // namespace
}  // namespace kinetorch::formats
