#include "native/model/scan_code.h"

#include <gtest/gtest.h>

namespace kinetorch::model {
namespace {

std::vector<std::string> scan(const std::string& statement) {
  return scanCode(
      "class Net(Module):\n  __parameters__ = [\"weight\", ]\n  weight : Tensor\n  def forward(self, x: Tensor) -> "
      "Tensor:\n    " +
          statement + "\n",
      "__torch__.models");
}

void expectFound(const std::string& statement, const std::string& finding) {
  EXPECT_EQ(scan(statement), std::vector<std::string>{finding + " in __torch__.models.Net.forward"}) << statement;
}

TEST(ScanCode, LetsPassWhatComputes) {
  for (const char* statement :
       {"return torch.conv3d(x, self.weight, None, [1, 1, 1], [0, 0, 0], [1, 1, 1], 1)", "return torch.relu_(x)",
        "_0 = __torch__.torch.nn.functional.relu\n    return _0(x, True, )", "return (self.conv).forward(x, )",
        "return (getattr(self, \"0\")).forward(x, )", "x0 = ops.prim.NumToTensor(torch.size(x, 0))",
        "return annotate(List[int], [])", "if torch.eq(x, CONSTANTS.c0):\n      pass", "s = \"torch.save(x)\"",
        "# torch.save(x)", "x.add_(1).mul(0.5)", "y = x == __torch__.z", "raise AssertionError(\"torch\")"}) {
    EXPECT_EQ(scan(statement), std::vector<std::string>()) << statement;
  }
}

TEST(ScanCode, FindsWhatDoesMore) {
  expectFound("torch.save(x, \"f\")", "calls torch.save");
  expectFound("return torch.from_file(\"/etc/passwd\", False, 10)", "calls torch.from_file");
  expectFound("x.save(\"f\")", "calls save");
  expectFound("(x).save(\"f\")", "calls save");
  expectFound("getattr(x, \"save\")(\"f\")", "calls save");
  expectFound("getattr(x, \"sa\" 've')(\"f\")", "calls save");
  expectFound("getattr(x, \"s\\x61ve\")(\"f\")", "calls getattr with a name that is none");
  expectFound("f = torch.save", "calls torch.save");
  expectFound("f = torch", "takes torch as a value");
  expectFound("ops.aten.save(x, \"f\")", "calls ops.aten.save");
  expectFound("ops.mine.run(x)", "calls ops.mine.run");
  expectFound("f = ops", "calls ops..");
  expectFound("print(x)", "calls print");
  expectFound("f = print\n    f(x)", "calls f");
  expectFound("f = __torch__.ok\n    f = print\n    f(x)", "gives f two meanings");
  expectFound("y = __torch__.torch.classes.mine.Thing(x)", "names __torch__.torch.classes.mine.Thing");
  expectFound("torch . \\\n save(x, \"f\")", "calls torch.save");
  expectFound("y = \"\"\"\n\"\"\"; torch.save(x, \"f\")", "calls torch.save");
}

TEST(ScanCode, SaysWhere) {
  const std::string code =
      "class A(Module):\n  def __setstate__(self, s: int) -> None:\n    torch.save(s, \"f\")\ndef free(x: Tensor) -> "
      "Tensor:\n"
      "  return torch.load(x)\n";
  EXPECT_EQ(scanCode(code, "__torch__").front(), "calls torch.save in __torch__.A.__setstate__");
}

TEST(ScanCode, ReadsDamagedCodeToItsEnd) {
  for (const char* code : {"", "class", "def", "torch", "torch.", "ops.", "ops.a.", "getattr", "getattr(", "getattr)",
                           "__torch__.", "\"", "'''", "x.", "f =", "\\", "#", "\xff\xfe(", "1.5e.save("}) {
    scanCode(code, "__torch__");
  }
}

}  // namespace
}  // namespace kinetorch::model
