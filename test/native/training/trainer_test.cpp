#include "native/training/trainer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/passes/freeze_module.h>

#include <cmath>
#include <filesystem>

#include "native/model/serialize_module.h"
#include "native/training/network_state.h"
#include "test/native/training/trainer_checks.h"

namespace kinetorch::training {
namespace {

using test::codeOf;
using test::colourBatch;
using test::kClasses;
using test::optionsOf;
using test::sourceOf;
using test::tinyNetwork;
using test::TrainerFiles;

TEST(Trainer, LearnsWithBothOptimisers) {
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) test::expectToLearn(optionsOf(kind));
}

TEST(Trainer, EvaluationChangesNothing) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  trainer.step({colourBatch(1)}, 0.1);
  const auto before = trainer.serialize("{}");
  const auto probabilities = trainer.evaluate(colourBatch(2)).predictions;
  EXPECT_EQ(trainer.serialize("{}"), before);
  EXPECT_EQ(trainer.evaluate(colourBatch(2)).predictions, probabilities);
}

TEST_F(TrainerFiles, SavedModelGivesTheSameProbabilities) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kAdamW));
  for (uint32_t step = 0; step < 3; ++step) trainer.step({colourBatch(step)}, 0.02);
  trainer.saveModel(path("model.pt"), R"({"formatVersion":1})");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);

  const torch::jit::Module saved = model::ModelFile::open({path("model.pt"), {}}).module();
  EXPECT_FALSE(saved.is_training());
  for (const at::Tensor& parameter : saved.parameters()) {
    EXPECT_TRUE(parameter.is_contiguous());
    EXPECT_TRUE(parameter.requires_grad());
  }
  Trainer again(model::ModelFile::open({path("model.pt"), {}}), optionsOf(OptimizerKind::kAdamW));
  EXPECT_EQ(again.evaluate(colourBatch(9)).predictions, trainer.evaluate(colourBatch(9)).predictions);
}

TEST(Trainer, RefusesModelsItCannotTrain) {
  TrainerOptions options = optionsOf(OptimizerKind::kSgd);
  options.numClasses = 7;
  EXPECT_EQ(codeOf([&] { Trainer(sourceOf(tinyNetwork()), options); }), "ERR_MODEL_METADATA");

  torch::jit::Module evaluated = tinyNetwork();
  evaluated.eval();
  const model::ModelFile frozen = sourceOf(torch::jit::freeze_module(evaluated));
  EXPECT_EQ(codeOf([&] { Trainer(frozen, optionsOf(OptimizerKind::kSgd)); }), "ERR_UNSUPPORTED");

  torch::jit::Module noClips("NoClips");
  noClips.register_attribute("training", c10::BoolType::get(), true);
  noClips.register_parameter("weight", at::ones({4, 4}), false);
  noClips.define("def forward(self, x: Tensor) -> Tensor:\n    return torch.mm(x, self.weight)\n");
  EXPECT_EQ(codeOf([&] { Trainer(sourceOf(noClips), optionsOf(OptimizerKind::kSgd)); }), "ERR_MODEL_FORWARD");

  const auto optionsCode = [](auto change) {
    TrainerOptions options = optionsOf(OptimizerKind::kSgd);
    change(options);
    return codeOf([&] { Trainer(sourceOf(tinyNetwork()), options); });
  };
  EXPECT_EQ(optionsCode([](TrainerOptions& options) { options.frozen = {"layer9"}; }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(optionsCode([](TrainerOptions& options) { options.frozen = {"con"}; }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(optionsCode([](TrainerOptions& options) { options.frozen = {"conv"}; }), "no error");
  EXPECT_EQ(optionsCode([](TrainerOptions& options) {
              options.frozen = {"conv", "scale", "shift", "weight", "bias"};
            }),
            "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(optionsCode([](TrainerOptions& options) { options.bodyRate = 0.5; }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(optionsCode([](TrainerOptions& options) {
              options.bodyRate = 0.5;
              options.head = "fc";
            }),
            "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(optionsCode([](TrainerOptions& options) { options.loss.classWeights = {1, 2}; }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(optionsCode([](TrainerOptions& options) { options.precision = "float16"; }), "ERR_UNSUPPORTED");

  options = optionsOf(OptimizerKind::kSgd);
  options.device = "tpu";
  EXPECT_EQ(codeOf([&] { Trainer(sourceOf(tinyNetwork()), options); }), "ERR_DEVICE");
}

TEST(Trainer, RefusesBatchesThatDoNotFit) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  const auto stepCode = [&](auto change) {
    TrainingBatch batch = colourBatch(1);
    change(batch);
    return codeOf([&] { trainer.step({batch}, 0.1); });
  };
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.data.pop_back(); }), "ERR_CLIP_SHAPE");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.frames = 1; }), "ERR_CLIP_SHAPE");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.height = 7; }), "ERR_CLIP_SHAPE");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.batch = 0; }), "ERR_CLIP_SHAPE");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.labels.pop_back(); }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.labels[0] = kClasses; }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(stepCode([](TrainingBatch& batch) { batch.labels[0] = -1; }), "ERR_INVALID_ARGUMENT");
  EXPECT_EQ(stepCode([](TrainingBatch&) {}), "no error");
  EXPECT_EQ(codeOf([&] { trainer.step({}, 0.1); }), "ERR_INVALID_ARGUMENT");

  TrainerOptions options = optionsOf(OptimizerKind::kSgd);
  options.loss.kind = LossKind::kBinaryCrossEntropy;
  Trainer binary(sourceOf(tinyNetwork()), options);
  TrainingBatch batch = colourBatch(1);
  EXPECT_EQ(codeOf([&] { binary.step({batch}, 0.1); }), "ERR_INVALID_ARGUMENT");
  batch.targets.assign(6 * kClasses, 1);
  EXPECT_EQ(codeOf([&] { binary.step({batch}, 0.1); }), "no error");
  batch.targets[4] = std::nanf("");
  EXPECT_EQ(codeOf([&] { binary.step({batch}, 0.1); }), "ERR_INVALID_ARGUMENT");
}

TEST_F(TrainerFiles, AFailedWriteLeavesTheEarlierFile) {
  Trainer trainer(sourceOf(tinyNetwork()), optionsOf(OptimizerKind::kSgd));
  EXPECT_EQ(codeOf([&] { trainer.saveModel(path("no/such/folder/model.pt"), "{}"); }), "ERR_FILE_ACCESS");
  std::filesystem::create_directory(folder_ / "taken");
  EXPECT_EQ(codeOf([&] { trainer.saveModel(path("taken"), "{}"); }), "ERR_FILE_ACCESS");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

}  // namespace
}  // namespace kinetorch::training
