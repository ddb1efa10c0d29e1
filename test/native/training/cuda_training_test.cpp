// Training on a GPU against training on a CPU; skipped where there is no CUDA device.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "native/augmentation/augment_batch.h"
#include "native/runtime/runtime_info.h"
#include "native/training/gradient_reducer.h"
#include "native/training/staged_step.h"
#include "test/native/training/trainer_checks.h"

namespace kinetorch::training {
namespace {

using test::colourBatch;
using test::optionsOf;
using test::rate;
using test::sourceOf;
using test::tinyNetwork;

class CudaTraining : public test::TrainerFiles {
 protected:
  void SetUp() override {
    TrainerFiles::SetUp();
    if (runtimeInfo().cudaDevices.empty()) GTEST_SKIP() << runtimeInfo().cudaReason;
  }
};

TrainerOptions cudaOptions(OptimizerKind kind, const std::string& precision = "float32") {
  TrainerOptions options = optionsOf(kind);
  options.device = "cuda";
  options.precision = precision;
  options.augment.brightness = 0.3;
  options.augment.hue = 0.1;
  options.augment.mixup = 0.2;
  return options;
}

TrainerOptions onCpu(TrainerOptions options) {
  options.device = "cpu";
  return options;
}

TEST_F(CudaTraining, TwentyStepsAreTheCpusUpToRounding) {
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    TrainerOptions options = cudaOptions(kind);
    options.clipGradNorm = 0.5;
    options.emaDecay = 0.9;
    const model::ModelFile source = sourceOf(tinyNetwork(/*dropout=*/0));  // whose numbers differ from device to device
    Trainer cpu(source, onCpu(options));
    Trainer cuda(source, options);
    EXPECT_EQ(cuda.device(), "cuda:0");
    for (uint32_t step = 0; step < 20; ++step) {
      const std::vector<TrainingBatch> batches{colourBatch(2 * step), colourBatch(2 * step + 1, 3)};
      const StepResult expected = cpu.step(batches, rate(kind));
      const StepResult found = cuda.step(batches, rate(kind));
      ASSERT_NEAR(found.loss, expected.loss, 1e-3 * std::abs(expected.loss)) << "step " << step;
      ASSERT_NEAR(found.gradNorm, expected.gradNorm, 1e-2 * expected.gradNorm) << "step " << step;
    }
    const EvalResult expected = cpu.evaluate(colourBatch(99));
    const EvalResult found = cuda.evaluate(colourBatch(99));
    EXPECT_NEAR(found.lossSum, expected.lossSum, 1e-2 * expected.lossSum);
  }
}

TEST_F(CudaTraining, LearnsInHalfPrecisions) {
  for (const std::string precision : {"bfloat16", "float16"}) {
    SCOPED_TRACE(precision);
    TrainerOptions options = optionsOf(OptimizerKind::kAdamW);
    options.device = "cuda";
    options.precision = precision;
    test::expectToLearn(options);
  }
}

// Its gradients are so large that float16 takes them only where the loss is scaled up little.
torch::jit::Module steep() {
  torch::jit::Module module("Steep");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_module("inner", tinyNetwork());
  module.define("def forward(self, x: Tensor) -> Tensor:\n    return self.inner.forward(x) * 1000.0\n");
  return module;
}

TEST_F(CudaTraining, OverflowInFloat16TakesNoStepAndLowersTheScale) {
  Trainer trainer(sourceOf(steep()), cudaOptions(OptimizerKind::kSgd, "float16"));
  const auto before = trainer.serialize("{}");
  const StepResult first = trainer.step({colourBatch(1)}, 1e-6);
  EXPECT_FALSE(first.stepped);
  EXPECT_EQ(first.gradNorm, 0);
  EXPECT_EQ(trainer.serialize("{}"), before);
  int tries = 1;
  while (tries < 17 && !trainer.step({colourBatch(1)}, 1e-6).stepped) ++tries;
  EXPECT_LT(tries, 17);
  EXPECT_NE(trainer.serialize("{}"), before);
}

// Stands for another trainer, whose gradients overflow in the first step.
class OverflowElsewhere : public GradientReducer {
 public:
  void reduce(const std::vector<at::Tensor>& tensors, double) override {
    if (!std::exchange(over_, true)) tensors.back().fill_(std::numeric_limits<double>::infinity());
  }

 private:
  bool over_ = false;
};

TEST_F(CudaTraining, OverflowInAnotherTrainerLowersTheScaleHereToo) {
  const TrainerParts parts{nullptr, std::make_shared<OverflowElsewhere>()};
  Trainer trainer(sourceOf(tinyNetwork()), cudaOptions(OptimizerKind::kSgd, "float16"), parts);
  const auto before = trainer.serialize("{}");
  EXPECT_FALSE(trainer.step({colourBatch(1)}, 0.01).stepped);
  EXPECT_EQ(trainer.serialize("{}"), before);
  EXPECT_TRUE(trainer.step({colourBatch(1)}, 0.01).stepped);
}

TEST_F(CudaTraining, ACheckpointGoesOnOnAnotherDevice) {
  const TrainerOptions options = cudaOptions(OptimizerKind::kAdamW);
  const model::ModelFile source = sourceOf(tinyNetwork(/*dropout=*/0));
  for (const bool fromCuda : {false, true}) {
    Trainer first(source, fromCuda ? options : onCpu(options));
    Trainer second(source, fromCuda ? onCpu(options) : options);
    for (uint32_t step = 0; step < 3; ++step) first.step({colourBatch(step)}, 0.02);
    first.saveCheckpoint(path("checkpoint"), "state");
    EXPECT_EQ(second.loadCheckpoint(path("checkpoint")), "state");
    second.saveCheckpoint(path("again"), "state");
    EXPECT_EQ(test::readBytes(path("again")), test::readBytes(path("checkpoint")));
    const double expected = first.step({colourBatch(3)}, 0.02).loss;
    EXPECT_NEAR(second.step({colourBatch(3)}, 0.02).loss, expected, 1e-3 * expected);
  }
}

TEST_F(CudaTraining, AStepWithoutMemoryLeavesEverythingAsItWas) {
  test::expectNoTraceWithoutMemory(cudaOptions(OptimizerKind::kAdamW), path("checkpoint"));
}

TEST_F(CudaTraining, StagedClipsAreTheCpusUpToRounding) {
  const TrainerOptions options = cudaOptions(OptimizerKind::kSgd);
  const auto objective = makeObjective(options, at::kCPU);
  const auto setting = std::make_shared<StepSetting>(options, at::Device(at::kCUDA, 0), objective);
  const auto cpuSetting = std::make_shared<StepSetting>(options, at::kCPU, objective);
  augmentation::RandomState random(options.seed);
  augmentation::RandomState same(options.seed);
  for (uint32_t step = 0; step < 20; ++step) {
    const std::vector<TrainingBatch> batches{colourBatch(2 * step), colourBatch(2 * step + 1, 3)};
    StagedStep staged(setting, batches);
    StagedStep expected(cpuSetting, batches);
    setting->setUpcoming(random.state());
    staged.prepareAhead();
    staged.begin(random);
    expected.begin(same);
    EXPECT_EQ(random.state(), same.state());
    for (size_t batch = 0; batch < 2; ++batch) {
      const augmentation::PreparedBatch found = staged.take(batch);
      const augmentation::PreparedBatch onTheCpu = expected.take(batch);
      EXPECT_TRUE(found.clips.is_cuda());
      EXPECT_TRUE(found.clips.is_contiguous(at::MemoryFormat::ChannelsLast3d));
      EXPECT_TRUE(found.clips.cpu().allclose(onTheCpu.clips, 0, 0.04));  // two levels
      EXPECT_TRUE(found.targets.cpu().equal(onTheCpu.targets));
    }
  }
}

}  // namespace
}  // namespace kinetorch::training
