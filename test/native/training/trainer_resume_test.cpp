// A run stopped at a checkpoint and gone on with by another trainer, against the one that was never stopped.
#include <gtest/gtest.h>

#include "test/native/formats/archive_builder.h"
#include "test/native/support/tiny_network.h"

namespace kinetorch::training {
namespace {

using test::colourBatch;
using test::optionsOf;
using test::rate;
using test::sourceOf;
using test::tinyNetwork;
using test::TrainerFiles;

TrainerOptions everythingRandom(OptimizerKind kind, const std::string& precision) {
  TrainerOptions options = optionsOf(kind);
  options.precision = precision;
  options.augment.cropArea = augmentation::Range{0.3, 1};
  options.augment.brightness = 0.3;
  options.augment.contrast = 0.3;
  options.augment.saturation = 0.3;
  options.augment.hue = 0.1;
  options.augment.randAugmentOperations = 2;
  options.augment.randAugmentMagnitude = 9;
  options.augment.erase = 0.5;
  options.augment.mixup = 0.4;
  options.augment.cutmix = 1;
  options.clipGradNorm = 1;
  options.emaDecay = 0.9;
  return options;
}

void runSteps(Trainer& trainer, uint32_t from, uint32_t to, double learningRate, std::vector<double>& losses) {
  for (uint32_t step = from; step < to; ++step) {
    losses.push_back(trainer.step({colourBatch(2 * step), colourBatch(2 * step + 1, 3)}, learningRate).loss);
  }
}

TEST_F(TrainerFiles, ResumedRunEqualsTheUninterruptedOneBitForBit) {
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    for (const std::string precision : {"float32", "bfloat16"}) {
      SCOPED_TRACE(precision);
      const model::ModelFile source = sourceOf(tinyNetwork());
      TrainerOptions options = everythingRandom(kind, precision);
      std::vector<double> expected, losses;
      Trainer whole(source, options);
      runSteps(whole, 0, 9, rate(kind), expected);
      whole.saveCheckpoint(path("whole"), "end");

      {
        Trainer stopped(source, options);
        runSteps(stopped, 0, 4, rate(kind), losses);
        stopped.saveCheckpoint(path("stopped"), "epoch 1");
      }
      options.seed = 12345;  // the checkpoint's random state takes its place
      Trainer resumed(source, options);
      runSteps(resumed, 0, 2, rate(kind), losses);  // as does the rest of it
      losses.resize(4);
      EXPECT_EQ(resumed.loadCheckpoint(path("stopped")), "epoch 1");
      resumed.evaluate(colourBatch(77));
      runSteps(resumed, 4, 9, rate(kind), losses);
      resumed.saveCheckpoint(path("resumed"), "end");

      EXPECT_EQ(losses, expected);
      EXPECT_EQ(resumed.serialize("{}"), whole.serialize("{}"));
      // Weights, their average, batch norm, optimiser and random state.
      EXPECT_EQ(test::readBytes(path("resumed")), test::readBytes(path("whole")));
    }
  }
}

TEST_F(TrainerFiles, StagedStepsAreTheSameSteps) {
  const model::ModelFile source = sourceOf(tinyNetwork());
  const TrainerOptions options = everythingRandom(OptimizerKind::kAdamW, "float32");
  std::vector<double> expected, losses;
  Trainer plain(source, options);
  runSteps(plain, 0, 4, 0.02, expected);
  plain.saveCheckpoint(path("plain"), "");

  Trainer trainer(source, options);
  std::shared_ptr<StagedStep> next = trainer.stage({colourBatch(0), colourBatch(1, 3)});
  for (uint32_t step = 0; step < 4; ++step) {
    const std::shared_ptr<StagedStep> present = std::move(next);
    next = trainer.stage({colourBatch(2 * step + 2), colourBatch(2 * step + 3, 3)});
    losses.push_back(trainer.step(*present, 0.02).loss);
  }
  trainer.saveCheckpoint(path("staged"), "");
  EXPECT_EQ(losses, expected);
  EXPECT_EQ(test::readBytes(path("staged")), test::readBytes(path("plain")));
}

TEST_F(TrainerFiles, ACheckpointWithoutARandomStateWouldNotDo) {
  TrainerOptions options = everythingRandom(OptimizerKind::kSgd, "float32");
  std::vector<double> first, second;
  Trainer one(sourceOf(tinyNetwork()), options);
  options.seed = 6;
  Trainer other(sourceOf(tinyNetwork()), options);
  runSteps(one, 0, 2, 0.1, first);
  runSteps(other, 0, 2, 0.1, second);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace kinetorch::training
