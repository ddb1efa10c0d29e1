#include "native/formats/pickle_scan.h"

#include <gtest/gtest.h>

#include <limits>

#include "native/formats/pickle_reader.h"
#include "test/native/formats/pickle_builder.h"

namespace kinetorch::formats {
namespace {

std::vector<uint8_t> bytesOf(const std::string& text) { return {text.begin(), text.end()}; }
std::vector<std::string> scan(const std::string& value) { return scanPickle(bytesOf(test::pickle(value)), "data.pkl"); }
size_t depthOf(const std::string& value) { return pickleDepth(readPickle(bytesOf(test::pickle(value)), "")); }

TEST(PickleScan, LetsPassTensorsAndTheArchivesOwnClasses) {
  const std::string object = test::global("__torch__.models", "Net") + ")\x81";
  EXPECT_EQ(scan(object + test::dict(test::tensor(test::storage("0", 6), 0, {2, 3}, {3, 1})) + "b"),
            std::vector<std::string>());
  EXPECT_EQ(scan(test::global("torch.jit._pickle", "build_intlist") + "]\x85R"), std::vector<std::string>());
}

TEST(PickleScan, NamesWhatElseIsCalled) {
  EXPECT_EQ(scan(test::global("os", "system") + test::text("true") + "\x85R"),
            std::vector<std::string>{"its data.pkl names 'os.system'"});
  EXPECT_EQ(scan(test::global("__torch__.torch.classes.mine", "Thing") + ")\x81"),
            std::vector<std::string>{"its data.pkl names '__torch__.torch.classes.mine.Thing'"});
}

TEST(PickleScan, MeasuresDepthWithoutRecursion) {
  EXPECT_EQ(depthOf("N"), 1u);
  EXPECT_EQ(depthOf(")\x85"), 2u);
  EXPECT_EQ(depthOf("N" + std::string(1'000'000, '\x85')), 1'000'001u);
  // Made and let go of.
  EXPECT_EQ(depthOf("N" + std::string(1000, '\x85') + "0N"), 1001u);
  EXPECT_EQ(scan("N" + std::string(600, '\x85')), std::vector<std::string>{"its data.pkl nests 601 deep"});
  // Two ways to one value are no circle.
  EXPECT_EQ(depthOf("]q\x01"
                    "0h\x01h\x01\x86"),
            2u);
}

TEST(PickleScan, FindsWhatHoldsItself) {
  EXPECT_EQ(depthOf("]q\x01h\x01"
                    "a"),
            std::numeric_limits<size_t>::max());
  EXPECT_EQ(scan("]q\x01h\x01"
                 "a"),
            std::vector<std::string>{"its data.pkl has a value that holds itself"});
}

TEST(PickleScan, SaysWhatCannotBeRead) {
  const std::vector<std::string> findings = scan("Z");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("its data.pkl: expected opcodes"), std::string::npos) << findings[0];
}

}  // namespace
}  // namespace kinetorch::formats
