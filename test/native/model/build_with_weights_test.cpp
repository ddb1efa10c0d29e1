// A network that is built here, with a file's weights, is the file's own; and nothing of the file runs.
#include "native/model/build_with_weights.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "native/architectures/build.h"
#include "native/runtime/error.h"
#include "test/native/formats/archive_builder.h"
#include "test/native/model/file_of.h"

namespace kinetorch::model {
namespace {

using test::expectError;
using test::fileOf;

constexpr int64_t kClasses = 3;

torch::jit::Module fresh(const CatalogueNetwork& network) {
  constexpr uint64_t kSeed = 5;  // not the one that networks are rebuilt with
  if (network.decoder == Decoder::kNone) {
    return architectures::buildArchitecture(network.architecture, network.numClasses, kSeed, network.frameCnn);
  }
  return architectures::buildReconstruction(network.architecture, network.decoder == Decoder::kMasked, kSeed);
}

at::Tensor outputOf(torch::jit::Module module, const std::string& method, const at::Tensor& clip) {
  const at::NoGradGuard noGrad;
  module.eval();
  return module.get_method(method)({clip.clone()}).toTensor();
}

// With numbers of their own in batch norms too.
void expectTheSame(const CatalogueNetwork& network, const std::string& method = "forward") {
  at::manual_seed(2);
  const torch::jit::Module made = fresh(network);
  {
    const at::NoGradGuard noGrad;
    for (const at::Tensor& buffer : made.buffers()) {
      if (buffer.is_floating_point()) at::Tensor(buffer).uniform_(0.5, 1.5);
    }
  }
  const ModelFile file = fileOf(made);
  const at::Tensor clip = at::rand({1, 3, 4, 32, 32});
  const at::Tensor expected = outputOf(file.module(), method, clip);
  EXPECT_TRUE(at::equal(outputOf(file.builtHere(network).module(), method, clip), expected)) << network.architecture;
}

TEST(BuildWithWeights, GivesTheLogitsOfEveryFamilyBitForBit) {
  for (const char* name : {"r2plus1d_16", "r2plus1d_dw", "mc3_18", "ir_csn_26", "ip_csn_26", "c2d_50_v1", "i3d_50",
                           "slow_50", "tsm_50", "r2plus1d_50"}) {
    expectTheSame({name, kClasses});
  }
  using architectures::FramePool;
  using architectures::FrameStream;
  for (const char* name : {"mobilenet_v2", "efficientnet_lite0", "resnet18"}) expectTheSame({name, kClasses});
  for (const FramePool pool :
       {FramePool::kMeanAndChange, FramePool::kMultiStage, FramePool::kConvolution, FramePool::kLstm}) {
    expectTheSame(
        {"mobilenet_v2", kClasses, {FrameStream::kDifference, 2, {0.48, 0.45, 0.4}, {0.22, 0.22, 0.22}, pool, 0.3}});
  }
}

TEST(BuildWithWeights, GivesTheClipsOfNetworksWithADecoder) {
  for (const char* name : {"r2plus1d_dw", "r2plus1d_16"}) {
    for (const Decoder decoder : {Decoder::kPlain, Decoder::kMasked}) {
      expectTheSame({name, 0, {}, decoder}, "reconstruct");
    }
  }
}

void expectRefused(const torch::jit::Module& module, const CatalogueNetwork& network, const std::string& text) {
  const ModelFile file = fileOf(module).builtHere(network);
  expectError("ERR_WEIGHTS", text, [&] { file.module(); });
}

TEST(BuildWithWeights, RefusesWhatIsNotThatNetworkOneToOne) {
  const CatalogueNetwork small{"r2plus1d_dw", kClasses};
  expectRefused(fresh({"r2plus1d_dw", 4}), small, "fc.bias expected [3] but received [4]");
  expectRefused(fresh({"r2plus1d_16", kClasses}), small, "is not the network r2plus1d_dw: missing tensors");
  expectRefused(fresh({"r2plus1d_dw", 0, {}, Decoder::kPlain}), small, "missing tensors");

  torch::jit::Module spare = fresh(small);
  spare.register_buffer("spare", at::zeros({2}));
  expectRefused(spare, small, "unexpected tensors (1): 'spare'");
  torch::jit::Module list = fresh(small);
  list.register_attribute("list", c10::ListType::ofTensors(), c10::List<at::Tensor>({at::zeros({2})}));
  expectRefused(list, small, "unexpected tensors (1): 'list'");
  torch::jit::Module half = fresh(small);
  half.to(at::kHalf);
  expectRefused(half, small, "but received float16");
}

TEST(BuildWithWeights, TakesNoMemoryForClassesThatTheFileLacks) {
  expectRefused(fresh({"r2plus1d_dw", kClasses}), {"r2plus1d_dw", int64_t{1} << 50}, "fc.bias expected");
}

// A module of the file's that saves a tensor when it is loaded.
torch::jit::Module withSpy(const CatalogueNetwork& network, const std::string& path) {
  torch::jit::Module module = fresh(network);
  torch::jit::Module spy("Spy");
  spy.define("def __getstate__(self) -> int:\n    return 0\n");
  spy.define("def __setstate__(self, state: int) -> None:\n    torch.save(state, \"" + path + "\")\n");
  module.register_module("spy", spy);
  return module;
}

TEST(BuildWithWeights, RunsNothingOfTheFile) {
  const CatalogueNetwork network{"r2plus1d_dw", kClasses};
  const std::string path = testing::TempDir() + "kinetorch_spy";
  std::remove(path.c_str());
  const ModelFile file = fileOf(withSpy(network, path));
  const at::Tensor clip = at::rand({1, 3, 4, 32, 32});
  const at::Tensor logits = outputOf(file.builtHere(network).module(), "forward", clip);
  EXPECT_TRUE(at::equal(logits, outputOf(fresh(network), "forward", clip)));
  EXPECT_FALSE(std::filesystem::exists(path));
  const std::vector<std::string> findings = file.scan();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("its code calls torch.save in __torch__"), std::string::npos) << findings[0];
  EXPECT_NE(findings[0].find("Spy.__setstate__"), std::string::npos) << findings[0];
  EXPECT_FALSE(std::filesystem::exists(path));
  // What it would have done.
  file.module();
  EXPECT_TRUE(std::filesystem::exists(path));
  std::remove(path.c_str());
}

TEST(BuildWithWeights, FindsNothingInWhatKinetorchMakes) {
  for (const char* name : {"r2plus1d_16", "tsm_50", "mobilenet_v2"}) {
    EXPECT_EQ(fileOf(fresh({name, kClasses})).scan(), std::vector<std::string>()) << name;
  }
  EXPECT_EQ(fileOf(fresh({"r2plus1d_16", 0, {}, Decoder::kMasked})).scan(), std::vector<std::string>());
  EXPECT_EQ(
      fileOf(fresh({"mobilenet_v2",
                    kClasses,
                    {architectures::FrameStream::kDifference, 2, {}, {1, 1, 1}, architectures::FramePool::kLstm, 0.3}}))
          .scan(),
      std::vector<std::string>());
}

}  // namespace
}  // namespace kinetorch::model
