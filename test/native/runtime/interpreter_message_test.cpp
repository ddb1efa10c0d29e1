#include "native/runtime/interpreter_message.h"

#include <gtest/gtest.h>

namespace kinetorch {
namespace {

TEST(ShortMessage, PutsTheReasonFirstAndTheInnermostLineAfterIt) {
  const std::string message =
      "The following operation failed in the TorchScript interpreter.\n"
      "Traceback of TorchScript, serialized code (most recent call last):\n"
      "  File \"code/__torch__.py\", line 9, in forward\n    x0 = self.check(x)\n    ~~~~~~~~~~ <--- HERE\n\n"
      "Traceback of TorchScript, original code (most recent call last):\n"
      "  File \"/home/me/nets/net.py\", line 7, in forward\n"
      "        if x.size(0) != 1:\n            raise RuntimeError('one')\n            ~~~~~~~~~~~~ <--- HERE\n"
      "        return x\n    else:\n  def head(self: Net,\nbuiltins.RuntimeError: one clip at a time\nException raised "
      "from run at x.cpp:1 (most recent call first):\nframe #0: f";
  EXPECT_EQ(shortMessage(message), "RuntimeError: one clip at a time (net.py, line 7: raise RuntimeError('one'))");
}

TEST(ShortMessage, LeavesOthersAsTheyAreButForBacktraces) {
  EXPECT_EQ(shortMessage("expected 3\nbut 4"), "expected 3\nbut 4");
  EXPECT_EQ(shortMessage("sizes differ\nException raised from f at x.cpp:1"), "sizes differ");
}

TEST(ShortMessage, IsShort) {
  std::string code(1000, 'x');
  std::string reason;
  for (int i = 0; i < 1000; ++i) reason += "é";
  const std::string message = "Traceback of TorchScript (most recent call last):\n  File \"a.py\", line 1, in f\n" +
                              code + "\n~ <--- HERE\n" + reason;
  EXPECT_LT(shortMessage(message).size(), 500U);
  EXPECT_EQ(shortMessage(message).rfind("é", 0), 0U);
}

}  // namespace
}  // namespace kinetorch
