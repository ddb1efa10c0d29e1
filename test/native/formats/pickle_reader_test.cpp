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
  test::expectError("ERR_WEIGHTS", message, [&] { readPickle(content, "file"); });
}

PickleTree read(const std::string& bytes) { return readPickle(Bytes(bytes.begin(), bytes.end()), "file"); }

std::string described(const std::string& bytes) {
  const PickleTree tree = read(bytes);
  return tree.describe(tree.root);
}

TEST(PickleReader, CallsNothingAndKeepsTheNames) {
  for (const auto& [module, name] : std::map<std::string, std::string>{
           {"os", "system"}, {"builtins", "eval"}, {"torch", "load"}, {"collections", "OrderedDict\r"}}) {
    const std::string full = "`" + module + "." + name + "`";
    EXPECT_EQ(described(pickle(global(module, name))), full);
    EXPECT_EQ(described(pickle(global(module, name) + text("id") + "\x85R")), "what " + full + " gives");
    EXPECT_EQ(described(pickle(global(module, name) + ")\x81")), "an object of " + full);
    // What it gives is called once more, given attributes, filled as a dict and as a list.
    EXPECT_EQ(described(pickle(global(module, name) + ")R)R}b" + text("k") + "Ns" + "Na")), "what a function gives");
  }
  EXPECT_EQ(described(std::string("\x80\x04\x8C\x02os\x8C\x06system\x93)R.", 18)), "what `os.system` gives");
}

TEST(PickleReader, KeepsWhatObjectsAreFilledWith) {
  // An argparse.Namespace; a defaultdict, which is called and filled like a dict; an object of a class with arguments
  // by name.
  for (const std::string& made :
       {global("argparse", "Namespace") + ")\x81}" + text("lr") + "K\x05sb",
        global("collections", "defaultdict") + global("__builtin__", "int") + "\x85R" + text("lr") + "K\x05s",
        global("a", "B") + ")}\x92}" + text("lr") + "K\x05sb"}) {
    const PickleTree tree = read(pickle(made));
    ASSERT_EQ(tree[tree.root].members.size(), 1u);
    EXPECT_EQ(tree[tree[tree.root].members[0].first].text, "lr");
    EXPECT_EQ(tree[tree[tree.root].members[0].second].integer, 5);
  }
}

TEST(PickleReader, ReadsWhatLiesBesideTensors) {
  const auto kindOf = [](const std::string& bytes) {
    const PickleTree tree = read(pickle(bytes));
    return tree[tree.root].kind;
  };
  EXPECT_EQ(kindOf(std::string("C\x02\xFF\x00", 4)), PickleKind::kBytes);
  EXPECT_EQ(kindOf(std::string("B\x01\0\0\0a", 6)), PickleKind::kBytes);
  EXPECT_EQ(kindOf(std::string("\x96\x01\0\0\0\0\0\0\0a", 10)), PickleKind::kBytes);
  EXPECT_EQ(kindOf("\x8F(K\x01K\x02\x90"), PickleKind::kSet);
  EXPECT_EQ(kindOf("(K\x01K\x02\x91"), PickleKind::kSet);
  EXPECT_EQ(kindOf("(K\x01l"), PickleKind::kList);
  EXPECT_EQ(kindOf("(K\x01K\x02"
                   "d"),
            PickleKind::kDict);
  EXPECT_EQ(kindOf("U\x01"
                   "a"),
            PickleKind::kString);
  EXPECT_EQ(kindOf("N2\x86"), PickleKind::kTuple);
  EXPECT_EQ(kindOf("N(KK1"), PickleKind::kNone);
  // A random generator's state: an integer of more than eight bytes.
  EXPECT_EQ(kindOf("\x8A\x09"
                   "123456789"),
            PickleKind::kInt);
  // Python 2's OrderedDict, made of a list of pairs.
  const PickleTree pairs =
      read(pickle(global("collections", "OrderedDict") + "](" + text("a") + "K\x01\x86" + text("b") +
                  "K\x02\x86"
                  "e\x85R"));
  EXPECT_EQ(pairs[pairs.root].kind, PickleKind::kDict);
  EXPECT_EQ(pairs[pairs.root].members.size(), 2u);
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
                                   pickle("2"),
                                   pickle("1"),
                                   pickle("(N\x90"),
                                   pickle("(Nd"),
                                   pickle("NN)\x92"),
                                   pickle("\x8B\xFF\xFF\xFF\xFF"),
                                   pickle("\x81"),
                                   pickle("cos"),
                                   pickle("\x8A\x09"
                                          "1234"),
                                   std::string("\x80\x06N."),
                                   std::string("\x80\x01N."),
                                   pickle("X\xFF\xFF\xFF\xFF"
                                          "abc"),
                                   pickle("\x95\x01\x02"),
                                   pickle("NQN")}) {
    expectPickleRefused(bytes, "expected");
  }
}

TEST(PickleReader, IsBoundedInDepthAndSize) {
  // A million nested tuples or lists: held flat, so neither reading nor freeing recurses.
  EXPECT_EQ(read(pickle(")" + std::string(1'000'000, '\x85'))).values.size(), 1'000'001u);
  EXPECT_NO_THROW(read(pickle(std::string(500'000, ']') + std::string(499'999, 'a'))));
  expectPickleRefused(pickle(")" + std::string(3'000'000, '\x85')), "2,000,000 values");
  expectPickleRefused(pickle(std::string(2'000, '(')), "1,000 open lists");
  std::string puts = "N";
  for (int i = 0; i < 8'100'000; ++i) puts += "q\x01";
  expectPickleRefused(pickle(puts), "8,000,000 stack operations");
  expectPickleRefused(pickle(global("a", "B") + ")\x81" + "2b"), "received the object itself");
  std::string memos = "Nq\x01(";
  for (int i = 0; i < 9'000'000; ++i) memos += "h\x01";
  expectPickleRefused(pickle(memos + "t"), "8,000,000 stack operations");
  // One list of pairs that becomes many dicts.
  std::string pairs = "](";
  for (int i = 0; i < 100'000; ++i) pairs += "NN\x86";
  pairs += "eq\x01";
  for (int i = 0; i < 200; ++i) pairs += global("collections", "OrderedDict") + "h\x01\x85R0";
  expectPickleRefused(pickle(pairs), "8,000,000 stack operations");
  // A list that holds itself.
  EXPECT_NO_THROW(
      read(pickle("]q\x01h\x01"
                  "a")));
}

TEST(PickleReader, ReadsNumbers) {
  const auto value = [](const std::string& bytes) {
    const PickleTree tree = read(pickle(bytes));
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
