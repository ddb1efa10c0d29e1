// What must never be committed: steps along numbers that are not finite, and damaged or half-written files.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <limits>

#include "native/runtime/atomic_file.h"
#include "native/training/network_state.h"
#include "test/native/training/trainer_checks.h"

namespace kinetorch::training {
namespace {

using test::blackBatch;
using test::codeOf;
using test::colourBatch;
using test::optionsOf;
using test::sourceOf;
using test::tinyNetwork;
using test::TrainerFiles;

std::string textOf(const std::string& path) {
  const test::Bytes bytes = test::readBytes(path);
  return {bytes.begin(), bytes.end()};
}

// Gives NaN for a batch of black clips, or there a finite loss with a gradient of NaN.
torch::jit::Module trap(bool inGradient) {
  torch::jit::Module network = tinyNetwork();
  torch::jit::Module module("Trap");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_module("inner", network);
  module.register_parameter("unused", at::ones({1}), false);
  module.define(inGradient ? R"(
    def forward(self, x: Tensor) -> Tensor:
        black = torch.clamp(x.mean() + 1.99, 0.0, 1.0)
        return self.inner.forward(x) + torch.sqrt(black * torch.abs(self.unused))
  )"
                           : R"(
    def forward(self, x: Tensor) -> Tensor:
        return self.inner.forward(x) + torch.log(x.mean() + 1.99) * self.unused
  )");
  return module;
}

TEST_F(TrainerFiles, AFailedStepLeavesEverythingAsItWas) {
  for (const bool inGradient : {false, true}) {
    SCOPED_TRACE(inGradient);
    TrainerOptions options = optionsOf(OptimizerKind::kAdamW);
    options.emaDecay = 0.9;
    Trainer trainer(sourceOf(trap(inGradient)), options);
    test::expectNoTrace(trainer, path("checkpoint"), [&] {
      try {
        // The first batch is good: its gradients and batch norm statistics must go as well.
        trainer.step({colourBatch(2), blackBatch()}, 0.25);
        FAIL() << "no error";
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), "ERR_TRAINING");
        const std::string message = error.what();
        EXPECT_NE(message.find(inGradient ? "gradient norm" : "finite loss"), std::string::npos) << message;
        EXPECT_NE(message.find("step 2"), std::string::npos) << message;
        EXPECT_NE(message.find("learning rate 0.25"), std::string::npos) << message;
      }
    });
  }
}

TEST_F(TrainerFiles, AStepWithoutMemoryLeavesEverythingAsItWas) {
  test::expectNoTraceWithoutMemory(optionsOf(OptimizerKind::kAdamW), path("checkpoint"));
}

TEST_F(TrainerFiles, WeightsThatAreNotFiniteAreNotSaved) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  trainer.saveCheckpoint(path("checkpoint"), "good");
  const std::string good = textOf(path("checkpoint"));
  trainer.step({colourBatch(1)}, 1e300);  // infinite in the weights' float32
  EXPECT_EQ(codeOf([&] { trainer.saveCheckpoint(path("checkpoint"), "bad"); }), "ERR_TRAINING");
  EXPECT_EQ(codeOf([&] { trainer.saveModel(path("model.pt"), "{}"); }), "ERR_TRAINING");
  EXPECT_EQ(textOf(path("checkpoint")), good);
  EXPECT_FALSE(std::filesystem::exists(path("model.pt")));
}

TEST(Trainer, AnAbsurdLearningRateEndsInATypedError) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  EXPECT_EQ(codeOf([&] {
              for (uint32_t step = 0; step < 20; ++step) trainer.step({colourBatch(step)}, 1e30);
            }),
            "ERR_TRAINING");
}

TEST_F(TrainerFiles, EveryFlippedBitOfACheckpointIsSeen) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  trainer.step({colourBatch(1)}, 0.1);
  trainer.saveCheckpoint(path("good"), "text");
  const std::string good = textOf(path("good"));
  const auto before = trainer.serialize("{}");
  const auto loadCode = [&](const std::string& bytes) {
    const test::TemporaryFile bad(test::Bytes(bytes.begin(), bytes.end()));
    return codeOf([&] { trainer.loadCheckpoint(bad.path()); });
  };

  // Every bit of the header, and of the rest one bit of each 37th byte.
  for (size_t bit = 0; bit < good.size() * 8; bit += bit < 64 * 8 ? 1 : 37 * 8 + 1) {
    std::string flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    ASSERT_EQ(loadCode(flipped), "ERR_WEIGHTS") << "bit " << bit;
  }
  EXPECT_EQ(loadCode(good.substr(0, good.size() - 1)), "ERR_WEIGHTS");
  EXPECT_EQ(loadCode(good.substr(0, 5)), "ERR_WEIGHTS");
  EXPECT_EQ(loadCode(good + "x"), "ERR_WEIGHTS");
  EXPECT_EQ(loadCode(""), "ERR_WEIGHTS");
  EXPECT_EQ(codeOf([&] { trainer.loadCheckpoint(path("missing")); }), "ERR_FILE_NOT_FOUND");
  EXPECT_EQ(codeOf([&] { trainer.loadCheckpoint(folder_.string()); }), "ERR_FILE_ACCESS");
  EXPECT_EQ(trainer.serialize("{}"), before);
  EXPECT_EQ(loadCode(good), "no error");
}

TEST_F(TrainerFiles, RefusesCheckpointsOfOtherOptions) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  trainer.saveCheckpoint(path("sgd"), "");
  Trainer adam(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kAdamW));
  EXPECT_EQ(codeOf([&] { adam.loadCheckpoint(path("sgd")); }), "ERR_WEIGHTS");
  TrainerOptions options = optionsOf(OptimizerKind::kSgd);
  options.emaDecay = 0.9;
  Trainer average(sourceOf(tinyNetwork()), options);
  EXPECT_EQ(codeOf([&] { average.loadCheckpoint(path("sgd")); }), "ERR_WEIGHTS");
  average.saveCheckpoint(path("ema"), "");
  EXPECT_EQ(codeOf([&] { trainer.loadCheckpoint(path("ema")); }), "ERR_WEIGHTS");
}

TEST_F(TrainerFiles, AFullDiskLeavesTheEarlierCheckpoint) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  trainer.saveCheckpoint(path("checkpoint"), "early");
  const std::string early = textOf(path("checkpoint"));
  trainer.step({colourBatch(1)}, 0.1);

  // Writes beyond 2 KiB fail, as on a disk that fills up in the middle of the file.
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{2048, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string checkpointCode = codeOf([&] { trainer.saveCheckpoint(path("checkpoint"), "late"); });
  const std::string modelCode = codeOf([&] { trainer.saveModel(path("model.pt"), "{}"); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);

  EXPECT_EQ(checkpointCode, "ERR_FILE_ACCESS");
  EXPECT_EQ(modelCode, "ERR_FILE_ACCESS");
  EXPECT_EQ(textOf(path("checkpoint")), early);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  EXPECT_EQ(codeOf([&] { trainer.saveCheckpoint(path("checkpoint"), "late"); }), "no error");
  EXPECT_EQ(trainer.loadCheckpoint(path("checkpoint")), "late");
}

}  // namespace
}  // namespace kinetorch::training
