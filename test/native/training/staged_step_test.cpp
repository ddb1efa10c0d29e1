#include "native/training/staged_step.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "test/native/support/tiny_network.h"

namespace kinetorch::training {
namespace {

using test::codeOf;
using test::colourBatch;
using test::optionsOf;

std::shared_ptr<StepSetting> settingOf() {
  TrainerOptions options = optionsOf(OptimizerKind::kSgd);
  options.augment.brightness = 0.5;
  options.augment.mixup = 0.5;
  return std::make_shared<StepSetting>(options, at::kCPU, makeObjective(options, at::kCPU));
}

struct Taken {
  std::vector<augmentation::PreparedBatch> batches;
  std::vector<uint64_t> seeds;
  augmentation::RandomState::State after;
};

Taken take(StagedStep& staged, augmentation::RandomState random) {
  Taken taken;
  staged.begin(random);
  for (size_t batch = 0; batch < staged.batches(); ++batch) {
    taken.batches.push_back(staged.take(batch));
    taken.seeds.push_back(staged.seed(batch));
  }
  taken.after = random.state();
  return taken;
}

void expectSame(const Taken& found, const Taken& expected) {
  ASSERT_EQ(found.batches.size(), expected.batches.size());
  for (size_t batch = 0; batch < found.batches.size(); ++batch) {
    EXPECT_TRUE(found.batches[batch].clips.equal(expected.batches[batch].clips));
    EXPECT_TRUE(found.batches[batch].targets.equal(expected.batches[batch].targets));
  }
  EXPECT_EQ(found.seeds, expected.seeds);
  EXPECT_EQ(found.after, expected.after);
}

TEST(StagedStep, PreparedAheadIsWhatItWouldHaveBeenInTime) {
  const auto setting = settingOf();
  const augmentation::RandomState random(setting->options.seed);
  StagedStep inTime(setting, {colourBatch(1), colourBatch(2, 3)});
  StagedStep ahead(setting, {colourBatch(1), colourBatch(2, 3)});
  ahead.prepareAhead();
  const Taken expected = take(inTime, random);
  expectSame(take(ahead, random), expected);
  EXPECT_EQ(inTime.targets(0).sizes(), at::IntArrayRef({6, test::kClasses}));
}

TEST(StagedStep, PreparedForAnotherRandomStateIsPreparedAgain) {
  const auto setting = settingOf();
  setting->setUpcoming(augmentation::RandomState(99).state());
  const augmentation::RandomState random(setting->options.seed);
  StagedStep inTime(setting, {colourBatch(1)});
  StagedStep ahead(setting, {colourBatch(1)});
  ahead.prepareAhead();
  expectSame(take(ahead, random), take(inTime, random));
}

TEST(StagedStep, SaysWhatIsWrongWithABatchWhenItBegins) {
  const auto setting = settingOf();
  TrainingBatch batch = colourBatch(1);
  batch.labels[0] = 7;
  for (const bool isAhead : {false, true}) {
    StagedStep staged(setting, {colourBatch(2), batch});
    if (isAhead) staged.prepareAhead();
    augmentation::RandomState random(3);
    EXPECT_EQ(codeOf([&] { staged.begin(random); }), "ERR_INVALID_ARGUMENT");
    EXPECT_EQ(random.state(), augmentation::RandomState(3).state());
  }
}

TEST(StagedStep, MayBeDroppedWhileItIsPrepared) {
  for (uint32_t round = 0; round < 20; ++round) {
    StagedStep staged(settingOf(), {colourBatch(round)});
    staged.prepareAhead();
  }
}

}  // namespace
}  // namespace kinetorch::training
