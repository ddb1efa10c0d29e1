#include "native/formats/code_depth.h"

#include <gtest/gtest.h>

#include <string>

namespace kinetorch::formats {
namespace {

std::string times(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(CodeDepth, SeesWhatAParserRecursesInto) {
  for (const std::string once : {"(", "[", "{", "f(", "a[", "-", "~", "not ", "a if b else ", "a ** ", "a + ", ".a",
                                 "\\\n(", "(\n", "List[", "# type: (", "f(a, "}) {
    EXPECT_GE(codeDepth("x = " + times(once, 1000)), 1000u) << once;
  }
  EXPECT_GE(codeDepth("if a:\n pass\n" + times("elif b:\n pass\n", 1000)), 1000u);
  EXPECT_GE(codeDepth("if a:\n" + std::string(1000, ' ') + "pass"), 1000u);
  // Quotes without an end open no string.
  EXPECT_GE(codeDepth("'\n" + times("(", 1000)), 1000u);
  EXPECT_GE(codeDepth("# it's\n" + times("(", 1000)), 1000u);
}

TEST(CodeDepth, LetsPassWhatIsLongOrText) {
  EXPECT_LE(codeDepth(times("x = torch.add(x, self.layers.a.b)\n", 1000)), 20u);
  EXPECT_LE(codeDepth("x = [" + times("-1, ", 1000) + "]"), 20u);
  EXPECT_LE(codeDepth("x = [" + times("(1, [2, 3]), ", 1000) + "]"), 20u);
  EXPECT_LE(codeDepth("x = [\n" + times("    \"a\",\n", 1000) + "]"), 20u);
  for (const std::string quote : {"'", "\"", "'''", "\"\"\""}) {
    EXPECT_LE(codeDepth("x = " + quote + times("(\\" + quote.substr(0, 1), 1000) + quote), 20u) << quote;
  }
  EXPECT_LE(codeDepth("# " + times("(", 1000) + "\nx = 1"), 20u);
  EXPECT_EQ(codeDepth(""), 0u);
  EXPECT_LE(codeDepth(")))]]}}'\"\\"), 20u);
}

}  // namespace
}  // namespace kinetorch::formats
