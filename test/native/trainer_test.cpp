#include "native/training/trainer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/freeze_module.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>

#include "native/model/module_io.h"
#include "native/runtime/error.h"

namespace kinetorch {
namespace {

constexpr int64_t kClasses = 3;

// Convolution, batch norm, ReLU, dropout, mean over space and time, linear layer.
torch::jit::Module tinyNetwork() {
  at::manual_seed(1);
  torch::jit::Module module("TinyNetwork");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_parameter("conv", at::randn({8, 3, 1, 3, 3}) * 0.2, false);
  module.register_parameter("scale", at::ones({8}), false);
  module.register_parameter("shift", at::zeros({8}), false);
  module.register_buffer("mean", at::zeros({8}));
  module.register_buffer("variance", at::ones({8}));
  module.register_parameter("weight", at::randn({kClasses, 8}) * 0.1, false);
  module.register_parameter("bias", at::zeros({kClasses}), false);
  module.define(R"(
    def forward(self, x: Tensor) -> Tensor:
        x = torch.conv3d(x, self.conv, None, [1, 2, 2], [0, 1, 1])
        x = torch.batch_norm(x, self.scale, self.shift, self.mean, self.variance, self.training, 0.1, 1e-5, True)
        x = torch.dropout(torch.relu(x), 0.1, self.training)
        return torch.linear(torch.mean(x, [2, 3, 4]), self.weight, self.bias)
  )");
  return module;
}

ModelSource sourceOf(const torch::jit::Module& module) { return {"", serializeModule(module, "{}")}; }

TrainerOptions optionsOf(OptimizerKind kind) {
  TrainerOptions options;
  options.input.frames = 2;
  options.input.height = 8;
  options.input.width = 8;
  options.input.mean = {0.5, 0.5, 0.5};
  options.input.std = {0.25, 0.25, 0.25};
  options.numClasses = kClasses;
  options.optimizer.kind = kind;
  options.optimizer.momentum = 0.9;
  options.optimizer.nesterov = true;
  options.optimizer.weightDecay = 1e-3;
  options.horizontalFlip = 0.5;
  options.labelSmoothing = 0.05;
  options.seed = 5;
  options.threads = 1;
  return options;
}

// Noise in which the channel of the label's number is brighter.
TrainingBatch colourBatch(uint32_t seed, int64_t clips = 6) {
  TrainingBatch batch;
  batch.batch = clips;
  batch.frames = 2;
  batch.height = 10;
  batch.width = 12;
  for (int64_t n = 0; n < clips; ++n) {
    const auto label = static_cast<int32_t>(n % kClasses);
    batch.labels.push_back(label);
    for (int64_t pixel = 0; pixel < 2 * 10 * 12; ++pixel) {
      for (int32_t channel = 0; channel < 3; ++channel) {
        seed = seed * 1664525u + 1013904223u;
        batch.data.push_back(static_cast<uint8_t>((seed >> 24) / 2 + (channel == label ? 100 : 0)));
      }
    }
  }
  return batch;
}

double rate(OptimizerKind kind) { return kind == OptimizerKind::kSgd ? 0.1 : 0.02; }

template <typename Call>
std::string codeOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return "no error";
}

class TrainerFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("kinetorch-trainer-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

TEST(Trainer, LearnsWithBothOptimisers) {
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    Trainer trainer(sourceOf(tinyNetwork()), optionsOf(kind));
    const double before = trainer.evaluate(colourBatch(99)).lossSum;
    for (uint32_t step = 0; step < 40; ++step) {
      const StepResult result = trainer.step(colourBatch(step), rate(kind));
      ASSERT_TRUE(std::isfinite(result.loss));
      EXPECT_GT(result.gradNorm, 0);
    }
    const EvalResult after = trainer.evaluate(colourBatch(99));
    EXPECT_LT(after.lossSum, before / 3);
    for (int64_t n = 0; n < 6; ++n) EXPECT_GT(after.probabilities[n * kClasses + n % kClasses], 0.6f);
  }
}

TEST(Trainer, EvaluationChangesNothing) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  trainer.step(colourBatch(1), 0.1);
  const auto before = trainer.serialize("{}");
  const auto probabilities = trainer.evaluate(colourBatch(2)).probabilities;
  EXPECT_EQ(trainer.serialize("{}"), before);
  EXPECT_EQ(trainer.evaluate(colourBatch(2)).probabilities, probabilities);
}

TEST_F(TrainerFiles, ResumedRunEqualsTheUninterruptedOneBitForBit) {
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    const ModelSource source = sourceOf(tinyNetwork());
    Trainer whole(source, optionsOf(kind));
    Trainer stopped(source, optionsOf(kind));
    for (uint32_t step = 0; step < 4; ++step) {
      whole.step(colourBatch(step), rate(kind));
      stopped.step(colourBatch(step), rate(kind));
    }
    stopped.saveCheckpoint(path("run.ckpt"), "epoch 1");

    TrainerOptions other = optionsOf(kind);
    other.seed = 12345;  // the checkpoint's random state takes its place
    Trainer resumed(source, other);
    EXPECT_EQ(resumed.loadCheckpoint(path("run.ckpt")), "epoch 1");
    for (uint32_t step = 4; step < 8; ++step) {
      const double expected = whole.step(colourBatch(step), rate(kind)).loss;
      EXPECT_EQ(resumed.step(colourBatch(step), rate(kind)).loss, expected);
    }
    EXPECT_EQ(resumed.serialize("{}"), whole.serialize("{}"));
  }
}

TEST_F(TrainerFiles, SavedModelGivesTheSameProbabilities) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kAdamW));
  for (uint32_t step = 0; step < 3; ++step) trainer.step(colourBatch(step), 0.02);
  trainer.saveModel(path("model.pt"), R"({"formatVersion":1})");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);

  const torch::jit::Module saved = loadModule({path("model.pt"), {}});
  EXPECT_FALSE(saved.is_training());
  for (const at::Tensor& parameter : saved.parameters()) {
    EXPECT_TRUE(parameter.is_contiguous());
    EXPECT_TRUE(parameter.requires_grad());
  }
  Trainer again({path("model.pt"), {}}, optionsOf(OptimizerKind::kAdamW));
  EXPECT_EQ(again.evaluate(colourBatch(9)).probabilities, trainer.evaluate(colourBatch(9)).probabilities);
}

TEST(Trainer, LossThatIsNotFiniteIsNotStepped) {
  torch::jit::Module broken = tinyNetwork();
  broken.attr("bias").toTensor().fill_(std::numeric_limits<float>::quiet_NaN());
  Trainer trainer(sourceOf(broken), optionsOf(OptimizerKind::kSgd));
  try {
    trainer.step(colourBatch(1), 0.25);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "ERR_TRAINING");
    const std::string message = error.what();
    EXPECT_NE(message.find("step 1"), std::string::npos) << message;
    EXPECT_NE(message.find("learning rate 0.25"), std::string::npos) << message;
  }
  ModelSource after{"", trainer.serialize("{}")};
  EXPECT_TRUE(loadModule(after).attr("conv").toTensor().equal(tinyNetwork().attr("conv").toTensor()));
}

TEST(Trainer, AnAbsurdLearningRateEndsInATypedError) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  EXPECT_EQ(codeOf([&] {
              for (uint32_t step = 0; step < 20; ++step) trainer.step(colourBatch(step), 1e30);
            }),
            "ERR_TRAINING");
}

TEST(Trainer, RefusesModelsItCannotTrain) {
  TrainerOptions options = optionsOf(OptimizerKind::kSgd);
  options.numClasses = 7;
  EXPECT_EQ(codeOf([&] { Trainer(sourceOf(tinyNetwork()), options); }), "ERR_MODEL_METADATA");

  torch::jit::Module evaluated = tinyNetwork();
  evaluated.eval();
  const ModelSource frozen = sourceOf(torch::jit::freeze_module(evaluated));
  EXPECT_EQ(codeOf([&] { Trainer(frozen, optionsOf(OptimizerKind::kSgd)); }), "ERR_UNSUPPORTED");

  torch::jit::Module noClips("NoClips");
  noClips.register_attribute("training", c10::BoolType::get(), true);
  noClips.register_parameter("weight", at::ones({4, 4}), false);
  noClips.define("def forward(self, x: Tensor) -> Tensor:\n    return torch.mm(x, self.weight)\n");
  EXPECT_EQ(codeOf([&] { Trainer(sourceOf(noClips), optionsOf(OptimizerKind::kSgd)); }), "ERR_MODEL_FORWARD");

  const ModelSource noise{"", std::vector<uint8_t>(1000, 7)};
  EXPECT_EQ(codeOf([&] { Trainer(noise, optionsOf(OptimizerKind::kSgd)); }), "ERR_MODEL_FORMAT");

  options = optionsOf(OptimizerKind::kSgd);
  options.device = "tpu";
  EXPECT_EQ(codeOf([&] { Trainer(sourceOf(tinyNetwork()), options); }), "ERR_DEVICE");
}

TEST(Trainer, RefusesBatchesThatDoNotFit) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  const auto stepCode = [&](auto change) {
    TrainingBatch batch = colourBatch(1);
    change(batch);
    return codeOf([&] { trainer.step(batch, 0.1); });
  };
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.data.pop_back(); }), "ERR_CLIP_SHAPE");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.frames = 1; }), "ERR_CLIP_SHAPE");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.height = 7; }), "ERR_CLIP_SHAPE");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.batch = 0; }), "ERR_CLIP_SHAPE");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.labels.pop_back(); }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.labels[0] = kClasses; }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.labels[0] = -1; }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(stepCode([](TrainingBatch&) {}), "no error");
}

TEST_F(TrainerFiles, RefusesDamagedAndForeignCheckpoints) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  trainer.step(colourBatch(1), 0.1);
  trainer.saveCheckpoint(path("good"), "text");
  std::ifstream in(path("good"), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  const auto before = trainer.serialize("{}");
  const auto loadCode = [&](const std::string& bytes) {
    std::ofstream(path("bad"), std::ios::binary) << bytes;
    return codeOf([&] { trainer.loadCheckpoint(path("bad")); });
  };

  for (size_t place = 0; place < good.size(); place += 97) {
    std::string flipped = good;
    flipped[place] = static_cast<char>(flipped[place] ^ 0x10);
    ASSERT_EQ(loadCode(flipped), "ERR_WEIGHTS") << "byte " << place;
  }
  EXPECT_EQ(loadCode(good.substr(0, good.size() - 1)), "ERR_WEIGHTS");
  EXPECT_EQ(loadCode(good.substr(0, 5)), "ERR_WEIGHTS");
  EXPECT_EQ(loadCode(""), "ERR_WEIGHTS");
  EXPECT_EQ(codeOf([&] { trainer.loadCheckpoint(path("missing")); }), "ERR_FILE_NOT_FOUND");
  EXPECT_EQ(codeOf([&] { trainer.loadCheckpoint(folder_.string()); }), "ERR_FILE_ACCESS");

  Trainer adam(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kAdamW));
  EXPECT_EQ(codeOf([&] { adam.loadCheckpoint(path("good")); }), "ERR_WEIGHTS");
  EXPECT_EQ(trainer.serialize("{}"), before);
  EXPECT_EQ(loadCode(good), "no error");
}

TEST_F(TrainerFiles, AFailedWriteLeavesTheEarlierFile) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  EXPECT_EQ(codeOf([&] { trainer.saveModel(path("no/such/folder/model.pt"), "{}"); }), "ERR_FILE_ACCESS");
  std::filesystem::create_directory(folder_ / "taken");
  EXPECT_EQ(codeOf([&] { trainer.saveModel(path("taken"), "{}"); }), "ERR_FILE_ACCESS");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

}  // namespace
}  // namespace kinetorch
