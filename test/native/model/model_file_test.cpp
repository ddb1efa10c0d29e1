// A file is opened and checked once; what is asked of it later is what was checked.
#include "native/model/model_file.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>
#include <vector>

#include "native/formats/zip_archive.h"
#include "native/model/profile.h"
#include "native/model/serialize_module.h"
#include "test/native/formats/archive_builder.h"
#include "test/native/support/tiny_network.h"

namespace kinetorch::model {
namespace {

using test::Bytes;
using test::expectError;
using test::fixturePath;
using test::readBytes;
using test::TemporaryFile;

Bytes network(double value) {
  torch::jit::Module module = test::tinyNetwork();
  for (const auto& parameter : module.named_parameters(/*recurse=*/false)) {
    at::NoGradGuard noGrad;
    if (parameter.name == "bias") at::Tensor(parameter.value).fill_(value);
  }
  return serializeModule(module, "{\"value\": " + std::to_string(value) + "}");
}

double valueOf(const ModelFile& file) { return file.module().attr("bias").toTensor()[0].item<double>(); }

TEST(ModelFile, TellsFormatMetadataAndNetwork) {
  const TemporaryFile path(network(3));
  for (const formats::FileSource& source : {formats::FileSource{"", network(3)}, {path.path(), {}}}) {
    const ModelFile file = ModelFile::open(source);
    EXPECT_STREQ(file.format(), "torchscript");
    EXPECT_EQ(file.metadata(), "{\"value\": 3.000000}");
    EXPECT_EQ(valueOf(file), 3);
  }
  EXPECT_EQ(ModelFile::open({fixturePath("scripted.pt"), {}}).metadata(), std::nullopt);
}

TEST(ModelFile, GivesEachThreadANetworkOfItsOwn) {
  const ModelFile file = ModelFile::open({"", network(3)});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([file, i] {
      const at::NoGradGuard noGrad;
      const torch::jit::Module module = file.module();
      at::Tensor bias = module.attr("bias").toTensor();
      EXPECT_EQ(bias[0].item<double>(), 3);
      bias.fill_(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(valueOf(file), 3);
}

TEST(ModelFile, StaysWhatWasCheckedThoughItsPathDoesNot) {
  const TemporaryFile path(network(3));
  const ModelFile file = ModelFile::open({path.path(), {}});
  {
    const TemporaryFile other(network(4));
    std::filesystem::rename(other.path(), path.path());
  }
  EXPECT_EQ(valueOf(ModelFile::open({path.path(), {}})), 4);
  EXPECT_EQ(valueOf(file), 3);
  std::filesystem::remove(path.path());
  EXPECT_EQ(valueOf(file), 3);
  const int64_t parameters = 8 * 3 * 3 * 3 + 2 * 8 + 8 * test::kClasses + test::kClasses;
  EXPECT_EQ(profileModel(file, {2, 8, 8}).parameters, parameters);
}

TEST(ModelFile, SaysThatItBecameShorter) {
  const Bytes bytes = network(3);
  const TemporaryFile path(bytes);
  const ModelFile file = ModelFile::open({path.path(), {}});
  std::filesystem::resize_file(path.path(), bytes.size() / 2);
  expectError("ERR_FILE_ACCESS", "the file ends or fails", [&] { file.module(); });
}

TEST(ModelFile, RefusesWhatWasWrittenInPlaceSinceItWasChecked) {
  const Bytes changed = network(4);
  for (const std::ios::openmode mode : {std::ios::in | std::ios::out, std::ios::app | std::ios::out}) {
    const TemporaryFile path(network(3));
    // The clock of a file system is coarse.
    std::filesystem::last_write_time(path.path(),
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    const ModelFile file = ModelFile::open({path.path(), {}});
    EXPECT_EQ(valueOf(file), 3);
    std::ofstream(path.path(), mode | std::ios::binary)
        .write(reinterpret_cast<const char*>(changed.data()), std::streamsize(changed.size()));
    expectError("ERR_FILE_ACCESS", "changed while it was open", [&] { file.module(); });
  }
}

TEST(ModelFile, ChecksEverythingWhenItIsOpened) {
  const auto open = [](const Bytes& bytes) { ModelFile::open({"", bytes}); };
  expectError("ERR_MODEL_FORMAT", "too few", [&] { open({}); });
  expectError("ERR_MODEL_FORMAT", "end record", [&] { open(Bytes(1000, 7)); });
  expectError("ERR_MODEL_FORMAT", "a safetensors file", [&] { open(readBytes(fixturePath("weights.safetensors"))); });
  expectError("ERR_MODEL_FORMAT", "CRC-32", [&] { open(readBytes(fixturePath("bit-flipped.pt"))); });
  expectError("ERR_FILE_NOT_FOUND", "/no/such/file.pt", [] { ModelFile::open({"/no/such/file.pt", {}}); });
  expectError("ERR_MODEL_FORMAT", "a state dict", [] { ModelFile::open({fixturePath("not-torchscript.pt"), {}}); });
}

// The network with its code's forward giving this.
Bytes withCode(const std::string& statements) {
  const formats::ZipArchive archive(formats::ByteSource::open({"", network(3)}));
  std::vector<test::TestEntry> entries;
  for (const formats::ZipEntry& entry : archive.entries()) {
    const Bytes content = archive.read(entry);
    std::string text(content.begin(), content.end());
    const size_t forward = text.find("  def forward(");
    if (entry.name.find("/code/") != std::string::npos && forward != std::string::npos) {
      text = text.substr(0, text.find(":\n", text.find(") -> Tensor", forward)) + 2) + statements;
    }
    entries.push_back({entry.name, text});
  }
  return test::buildZip(entries);
}

std::string times(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(ModelFile, RefusesCodeThatIsTooDeepForLibTorch) {
  const std::string given = "    return x\n";
  EXPECT_TRUE(ModelFile::open({"", withCode(given)}).module().find_method("forward").has_value());
  const auto deep = [](int depth) {
    std::string branches;
    for (int i = 0; i < depth; ++i) branches += std::string(4 + i, ' ') + "if True:\n";
    return std::vector<std::string>{
        "    return " + times("(", depth) + "x" + times(")", depth) + "\n",
        "    return " + times("torch.relu(", depth / 4) + "x" + times(")", depth / 4) + "\n",
        "    return " + times("-", depth) + "x\n",
        "    return x" + times(" + x", depth / 2) + "\n",
        "    if True:\n      x = x\n" + times("    elif True:\n      x = x\n", depth) + "    return x\n",
        branches + std::string(4 + depth, ' ') + "x = x\n    return x\n",
    };
  };
  for (const std::string& statements : deep(480)) {
    SCOPED_TRACE(statements.substr(0, 60));
    EXPECT_NO_THROW(ModelFile::open({"", withCode(statements)}).module());
  }
  for (const std::string& statements : deep(3000)) {
    SCOPED_TRACE(statements.substr(0, 60));
    expectError("ERR_MODEL_FORMAT", "nest at most 500 deep", [&] { ModelFile::open({"", withCode(statements)}); });
  }
}

// A network that divides when it is loaded, and again when it runs.
torch::jit::Module dividing(const std::string& expression, int64_t a, int64_t b) {
  torch::jit::Module module("Dividing");
  module.register_attribute("a", c10::IntType::get(), a);
  module.register_attribute("b", c10::IntType::get(), b);
  module.define("def divide(self, a: int, b: int) -> int:\n    return " + expression + "\n");
  module.define(R"(
    def forward(self, a: int, b: int) -> int:
        return self.divide(a, b)
    def __getstate__(self) -> Tuple[int, int]:
        return (self.a, self.b)
    def __setstate__(self, state: Tuple[int, int]) -> None:
        self.a = self.divide(state[0], state[1])
        self.b = 0
  )");
  return module;
}

TEST(ModelFile, DivisionsThatTrapThrow) {
  constexpr int64_t kSmallest = std::numeric_limits<int64_t>::min();
  for (const char* expression :
       {"a % b", "a // b", "divmod(a, b)[1]", "int(a % torch.tensor(b).item())", "int(torch.tensor(a).item() // b)"}) {
    SCOPED_TRACE(expression);
    torch::jit::Module loaded = test::sourceOf(dividing(expression, -7, 4)).module();
    const int64_t whole = std::string(expression).find("//") != std::string::npos ? -2 : 1;
    EXPECT_EQ(loaded.attr("a").toInt(), whole);
    EXPECT_EQ(loaded.forward({-7, 4}).toInt(), whole);
    EXPECT_THROW(loaded.forward({5, 0}), std::exception);
    EXPECT_THROW(loaded.forward({kSmallest, -1}), std::exception);
    expectError("ERR_MODEL_FORMAT", "division", [&] { test::sourceOf(dividing(expression, 5, 0)).module(); });
    expectError("ERR_MODEL_FORMAT", "quotient", [&] { test::sourceOf(dividing(expression, kSmallest, -1)).module(); });
  }
}

}  // namespace
}  // namespace kinetorch::model
