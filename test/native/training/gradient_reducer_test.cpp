#include "native/training/gradient_reducer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <limits>
#include <mutex>

#include "native/training/network_state.h"
#include "test/native/training/trainer_checks.h"

namespace kinetorch::training {
namespace {

using test::codeOf;
using test::colourBatch;
using test::optionsOf;
using test::sourceOf;
using test::TrainerFiles;

using Tensors = std::vector<at::Tensor>;

// The weighted mean over two trainers that step on threads of their own.
class Meeting : public GradientReducer {
 public:
  void reduce(const Tensors& tensors, double weight) override {
    std::unique_lock<std::mutex> lock(mutex_);
    if (first_ == nullptr) {
      first_ = &tensors;
      firstWeight_ = weight;
      if (!over_.wait_for(lock, std::chrono::minutes(1), [&] { return first_ == nullptr; })) {
        throw Error("ERR_TRAINING", "expected another trainer but none came");
      }
      return;
    }
    for (size_t index = 0; index < tensors.size(); ++index) {
      const at::Tensor& one = (*first_)[index];
      const at::Tensor& other = tensors[index];
      one.copy_((one * firstWeight_ + other * weight) / (firstWeight_ + weight));
      other.copy_(one);
    }
    first_ = nullptr;
    over_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  const Tensors* first_ = nullptr;  // the trainer's that waits
  double firstWeight_ = 0;
};

// Does what a test wants done.
class Changing : public GradientReducer {
 public:
  explicit Changing(std::function<void(const Tensors&)> change) : change_(std::move(change)) {}
  void reduce(const Tensors& tensors, double) override { change_(tensors); }

 private:
  std::function<void(const Tensors&)> change_;
};

TrainerParts changing(std::function<void(const Tensors&)> change) {
  return {nullptr, std::make_shared<Changing>(std::move(change))};
}

// Of which each clip's logits are its own: there is no batch norm.
torch::jit::Module clipwiseNetwork() {
  at::manual_seed(2);
  torch::jit::Module module("ClipwiseNetwork");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_parameter("conv", at::randn({8, 3, 1, 3, 3}) * 0.2, false);
  module.register_parameter("weight", at::randn({test::kClasses, 8}) * 0.1, false);
  module.define(R"(
    def forward(self, x: Tensor) -> Tensor:
        return torch.linear(torch.mean(torch.relu(torch.conv3d(x, self.conv)), [2, 3, 4]), self.weight)
  )");
  return module;
}

// Without anything random: a clip is the same whichever trainer has it.
TrainerOptions plainOptions(OptimizerKind kind) {
  TrainerOptions options = optionsOf(kind);
  options.input.height = 10;  // the clips' own size
  options.input.width = 12;
  options.augment = {};
  options.loss.classWeights = {0.5, 1, 2};
  options.clipGradNorm = 0.1;
  options.emaDecay = 0.9;
  return options;
}

TrainingBatch partOf(const TrainingBatch& batch, int64_t first, int64_t count) {
  TrainingBatch part = batch;
  const int64_t bytes = batch.frames * batch.height * batch.width * 3;
  part.batch = count;
  part.data.assign(batch.data.begin() + first * bytes, batch.data.begin() + (first + count) * bytes);
  part.labels.assign(batch.labels.begin() + first, batch.labels.begin() + first + count);
  return part;
}

std::vector<float> weightsOf(const Trainer& trainer) {
  std::vector<float> weights;
  for (const auto& [name, tensor] : stateOf(model::ModelFile::open({"", trainer.serialize("{}")}).module())) {
    const at::Tensor values = tensor.detach().flatten();
    weights.insert(weights.end(), values.const_data_ptr<float>(), values.const_data_ptr<float>() + values.numel());
  }
  return weights;
}

TEST(GradientReducer, TrainersOnPartsOfBatchesAreOneOnTheWhole) {
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    const model::ModelFile source = sourceOf(clipwiseNetwork());
    const TrainerOptions options = plainOptions(kind);
    const auto meeting = std::make_shared<Meeting>();
    Trainer whole(source, options);
    Trainer one(source, options, {nullptr, meeting});
    Trainer other(source, options, {nullptr, meeting});
    const std::vector<float> before = weightsOf(whole);
    int clipped = 0;
    for (uint32_t step = 0; step < 10; ++step) {
      const TrainingBatch first = colourBatch(2 * step);
      const TrainingBatch second = colourBatch(2 * step + 1);
      const double rate = test::rate(kind);
      auto others = std::async(std::launch::async, [&] {
        return other.step({partOf(first, 4, 2), partOf(second, 1, 5)}, rate);
      });
      const StepResult ones = one.step({partOf(first, 0, 4), partOf(second, 0, 1)}, rate);
      const StepResult found = others.get();
      const StepResult expected = whole.step({first, second}, rate);
      for (const StepResult* part : {&ones, &found}) {
        EXPECT_NEAR(part->loss, expected.loss, 1e-6) << "step " << step;
        EXPECT_NEAR(part->gradNorm, expected.gradNorm, 1e-6) << "step " << step;
      }
      EXPECT_EQ(ones.metrics[0].second + found.metrics[0].second, expected.metrics[0].second);
      clipped += expected.gradNorm > options.clipGradNorm ? 1 : 0;
    }
    EXPECT_GT(clipped, 0);
    const std::vector<float> expected = weightsOf(whole);
    const std::vector<float> found = weightsOf(one);
    EXPECT_EQ(found, weightsOf(other));
    double moved = 0;
    for (size_t index = 0; index < expected.size(); ++index) {
      EXPECT_NEAR(found[index], expected[index], 1e-5);
      moved = std::max<double>(moved, std::abs(expected[index] - before[index]));
    }
    EXPECT_GT(moved, 1e-2);
  }
}

TEST(GradientReducer, NormAndClippingAreOfWhatItMade) {
  TrainerOptions options = plainOptions(OptimizerKind::kSgd);
  options.clipGradNorm = 1e-3;
  int64_t calls = 0;
  Trainer plain(sourceOf(clipwiseNetwork()), options);
  Trainer trainer(sourceOf(clipwiseNetwork()), options, changing([&](const Tensors& tensors) {
                    ++calls;
                    for (size_t index = 1; index < tensors.size(); ++index) tensors[index].mul_(1000);
                  }));
  const std::vector<TrainingBatch> batches{colourBatch(1), colourBatch(2), colourBatch(3)};
  const StepResult expected = plain.step(batches, 0.1);
  const StepResult found = trainer.step(batches, 0.1);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(found.loss, expected.loss);
  EXPECT_NEAR(found.gradNorm, 1000 * expected.gradNorm, 1e-4 * found.gradNorm);
  const std::vector<float> weights = weightsOf(plain);
  const std::vector<float> clipped = weightsOf(trainer);  // to the same norm
  for (size_t index = 0; index < weights.size(); ++index) EXPECT_NEAR(clipped[index], weights[index], 1e-7);
}

TEST_F(TrainerFiles, AStepFailsByWhatReducingMadeOrThrewAndLeavesNoTrace) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::function<void(const Tensors&)>> failures{
      [&](const Tensors& tensors) { tensors.front().fill_(nan); },
      [&](const Tensors& tensors) { tensors.back().fill_(nan); },
      [&](const Tensors&) { throw Error("ERR_TRAINING", "expected another trainer but none came"); }};
  for (const auto& failure : failures) {
    bool fails = false;
    Trainer trainer(sourceOf(test::tinyNetwork()), optionsOf(OptimizerKind::kAdamW),
                    changing([&](const Tensors& tensors) {
                      if (fails) failure(tensors);
                    }));
    test::expectNoTrace(trainer, path("checkpoint"), [&] {
      fails = true;
      EXPECT_EQ(codeOf([&] { trainer.step({colourBatch(2)}, 0.01); }), "ERR_TRAINING");
      fails = false;
    });
  }
}

}  // namespace
}  // namespace kinetorch::training
