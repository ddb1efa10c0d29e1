// What the tests of native/training share: a network of a few hundred numbers, batches it can learn, a folder.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <filesystem>
#include <string>
#include <vector>

#include "native/model/model_file.h"
#include "native/model/serialize_module.h"
#include "native/training/trainer.h"
#include "test/native/support/code_of.h"

namespace kinetorch::test {

inline constexpr int64_t kClasses = 3;

// Convolution, batch norm, ReLU, dropout, mean over space and time, linear layer.
inline torch::jit::Module tinyNetwork(double dropout = 0.1) {
  at::manual_seed(1);
  torch::jit::Module module("TinyNetwork");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_attribute("dropout", c10::FloatType::get(), dropout);
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
        x = torch.dropout(torch.relu(x), self.dropout, self.training)
        return torch.linear(torch.mean(x, [2, 3, 4]), self.weight, self.bias)
  )");
  return module;
}

inline model::ModelFile sourceOf(const torch::jit::Module& module) {
  return model::ModelFile::open({"", model::serializeModule(module, "{}")});
}

inline training::TrainerOptions optionsOf(training::OptimizerKind kind) {
  training::TrainerOptions options;
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
  options.augment.flip = std::vector<double>(kClasses, 0.5);
  options.loss.labelSmoothing = 0.05;
  options.seed = 5;
  options.threads = 1;
  return options;
}

// Noise in which the channel of the label's number is brighter.
inline training::TrainingBatch colourBatch(uint32_t seed, int64_t clips = 6) {
  training::TrainingBatch batch;
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

inline training::TrainingBatch blackBatch() {
  training::TrainingBatch batch = colourBatch(1);
  batch.data.assign(batch.data.size(), 0);
  return batch;
}

// Asks for more memory than there is for a batch of black clips, after batch norm has seen it.
inline torch::jit::Module glutton() {
  torch::jit::Module network = tinyNetwork();
  torch::jit::Module module("Glutton");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_module("inner", network);
  module.define(R"(
    def forward(self, x: Tensor) -> Tensor:
        logits = self.inner.forward(x)
        if bool(x.mean() < -1.98):
            logits = logits + torch.zeros([1 << 45, 8], device=x.device).sum()
        return logits
  )");
  return module;
}

inline double rate(training::OptimizerKind kind) { return kind == training::OptimizerKind::kSgd ? 0.1 : 0.02; }

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

}  // namespace kinetorch::test
