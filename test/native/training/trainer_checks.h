// What must hold of a trainer on whichever device.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "native/training/trainer.h"
#include "test/native/formats/archive_builder.h"
#include "test/native/support/tiny_network.h"

namespace kinetorch::test {

inline void expectToLearn(const training::TrainerOptions& options) {
  training::Trainer trainer(sourceOf(tinyNetwork()), options);
  const double before = trainer.evaluate(colourBatch(99)).lossSum;
  for (uint32_t step = 0; step < 40; ++step) {
    const training::StepResult result = trainer.step({colourBatch(step)}, rate(options.optimizer.kind));
    ASSERT_TRUE(std::isfinite(result.loss));
    EXPECT_EQ(result.gradNorm > 0, result.stepped);
  }
  const training::EvalResult after = trainer.evaluate(colourBatch(99));
  EXPECT_LT(after.lossSum, before / 3);
  for (int64_t n = 0; n < 6; ++n) EXPECT_GT(after.predictions[n * kClasses + n % kClasses], 0.6f);
}

// Between a good step and another, `failing` must leave everything that a checkpoint holds as it was.
template <typename Failing>
void expectNoTrace(training::Trainer& trainer, const std::string& file, Failing failing) {
  trainer.step({colourBatch(1)}, 0.01);
  trainer.saveCheckpoint(file, "");
  const Bytes before = readBytes(file);
  failing();
  trainer.saveCheckpoint(file, "");
  EXPECT_EQ(readBytes(file), before);
  EXPECT_EQ(codeOf([&] { trainer.step({colourBatch(3)}, 0.01); }), "no error");
}

inline void expectNoTraceWithoutMemory(const training::TrainerOptions& options, const std::string& file) {
  training::Trainer trainer(sourceOf(glutton()), options);
  expectNoTrace(trainer, file, [&] {
    EXPECT_EQ(codeOf([&] { trainer.step({colourBatch(2), blackBatch()}, 0.01); }), "ERR_OUT_OF_MEMORY");
  });
}

}  // namespace kinetorch::test
