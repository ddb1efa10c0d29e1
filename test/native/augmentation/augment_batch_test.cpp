#include "native/augmentation/augment_batch.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <vector>

#include "native/augmentation/draw_clip_plan.h"
#include "native/preprocessing/preprocess_batch.h"
#include "native/runtime/error.h"
#include "test/native/augmentation/augment_settings.h"
#include "test/native/preprocessing/noise_clips.h"

namespace kinetorch::augmentation {
namespace {

using test::everything;
using test::expectCrop;
using test::inputOf;
using test::NoiseClips;

at::Tensor oneHot(const std::vector<int64_t>& labels, int64_t classes) {
  at::Tensor targets = at::zeros({static_cast<int64_t>(labels.size()), classes});
  for (size_t n = 0; n < labels.size(); ++n) targets[static_cast<int64_t>(n)][labels[n]] = 1;
  return targets;
}

// The batch as bytes, N×T×H×W×3.
at::Tensor bytesOf(const at::Tensor& clips, const preprocessing::InputSpec& input) {
  const auto channels = [](const std::array<double, 3>& values) {
    return at::tensor({values[0], values[1], values[2]}, at::kDouble);
  };
  return ((clips.permute({0, 2, 3, 4, 1}) * channels(input.std) + channels(input.mean)) * 255).round().to(at::kInt);
}

PreparedBatch augmented(const NoiseClips& clips, const at::Tensor& targets, const AugmentOptions& options,
                        const preprocessing::InputSpec& input, RandomState& random) {
  const Augmentation augmentation = drawAugmentation(clips.view, targets, options, input, random);
  return augmentBatch(clips.view, targets, augmentation, input, at::kCPU);
}

TEST(AugmentBatch, WithEverythingOffIsARandomCrop) {
  const NoiseClips clips(5, 2, 9, 12);
  const preprocessing::InputSpec input = inputOf(2, 4, 5);
  const at::Tensor targets = oneHot({0, 1, 2, 0, 1}, 3);
  RandomState random(5);
  RandomState same(5);
  const PreparedBatch batch = augmented(clips, targets, {}, input, random);
  EXPECT_TRUE(batch.clips.is_contiguous(at::MemoryFormat::ChannelsLast3d));
  EXPECT_TRUE(batch.targets.equal(targets));
  for (int64_t n = 0; n < 5; ++n) {
    const preprocessing::CropPlan crop = drawClipPlan(clips.view, {}, std::nullopt, input, same).crop;
    expectCrop(batch.clips[n], clips, n, crop, input);
  }
  EXPECT_EQ(random.state(), same.state());
}

TEST(AugmentBatch, FlipsNoClipOfAClassWhereSidesMatter) {
  const NoiseClips clips(3, 1, 6, 6);
  const preprocessing::InputSpec input = inputOf(1, 6, 6);
  AugmentOptions options;
  options.flip = {1, 0, 0.5};
  at::Tensor targets = oneHot({0, 1, 0}, 3);
  targets[2][1] = 1;  // of two classes: the least of theirs counts
  RandomState random(5);
  const PreparedBatch batch = augmented(clips, targets, options, input, random);
  for (int64_t n = 0; n < 3; ++n) {
    preprocessing::CropPlan crop;
    crop.flip = n == 0;
    expectCrop(batch.clips[n], clips, n, crop, input);
  }
  options.flip = {1, 0};
  EXPECT_THROW(augmented(clips, targets, options, input, random), Error);
}

TEST(AugmentBatch, MixupBlendsClipsAndTargetsByOneShare) {
  const NoiseClips clips(4, 2, 5, 6);
  const preprocessing::InputSpec input = inputOf(2, 5, 6);
  AugmentOptions options;
  options.mixup = 0.8;
  const at::Tensor targets = oneHot({0, 1, 2, 3}, 4);
  const at::Tensor plain = preprocessing::preprocessBatch(clips.view, input, at::kCPU);
  RandomState random(9);
  for (int step = 0; step < 20; ++step) {
    const PreparedBatch batch = augmented(clips, targets, options, input, random);
    const double own = batch.targets[0][0].item<double>();
    EXPECT_NEAR(batch.targets[0][3].item<double>(), 1 - own, 1e-6);
    EXPECT_TRUE(batch.targets.sum(1).allclose(at::ones({4})));
    for (int64_t n = 0; n < 4; ++n) {
      EXPECT_TRUE(batch.clips[n].allclose(plain[n] * own + plain[(n + 3) % 4] * (1 - own), 1e-4, 1e-4));
      EXPECT_NEAR(batch.targets[n][n].item<double>(), own, 1e-6);
    }
  }
}

TEST(AugmentBatch, CutmixPastesOneBoxAndMixesTargetsByItsArea) {
  const NoiseClips clips(3, 2, 8, 10);
  const preprocessing::InputSpec input = inputOf(2, 8, 10);
  AugmentOptions options;
  options.cutmix = 1;
  const at::Tensor targets = oneHot({0, 1, 2}, 3);
  const at::Tensor plain = preprocessing::preprocessBatch(clips.view, input, at::kCPU);
  RandomState random(9);
  double largest = 0;
  for (int step = 0; step < 50; ++step) {
    const PreparedBatch batch = augmented(clips, targets, options, input, random);
    // Where a clip shows the other: the same rows and columns in all clips and frames.
    const at::Tensor pasted = batch.clips.ne(plain).any(1).any(1).any(0);
    const int64_t rows = pasted.any(1).sum().item<int64_t>();
    const int64_t columns = pasted.any(0).sum().item<int64_t>();
    EXPECT_EQ(pasted.sum().item<int64_t>(), rows * columns);
    const double other = static_cast<double>(rows * columns) / 80;
    largest = std::max(largest, other);
    EXPECT_TRUE(batch.clips.equal(at::where(pasted, at::roll(plain, {1}, {0}), plain)));
    EXPECT_TRUE(batch.targets.allclose(targets * (1 - other) + at::roll(targets, {1}, {0}) * other));
  }
  EXPECT_GT(largest, 0.4);
}

TEST(AugmentBatch, TakesMixupAndCutmixInTurnAtRandom) {
  const NoiseClips clips(2, 1, 6, 6);
  const preprocessing::InputSpec input = inputOf(1, 6, 6);
  AugmentOptions options;
  options.mixup = 50;  // shares near a half
  options.cutmix = 50;
  RandomState random(2);
  const at::Tensor plain = preprocessing::preprocessBatch(clips.view, input, at::kCPU);
  int blends = 0;
  for (int step = 0; step < 400; ++step) {
    const PreparedBatch batch = augmented(clips, oneHot({0, 1}, 2), options, input, random);
    const at::Tensor own = batch.clips.eq(plain);
    const at::Tensor other = batch.clips.eq(at::roll(plain, {1}, {0}));
    blends += !own.logical_or(other).all().item<bool>();
  }
  EXPECT_NEAR(blends, 200, 40);
}

TEST(AugmentBatch, ErasesTheSameBoxWithTheSameNoiseInEveryFrame) {
  const NoiseClips clips(6, 4, 20, 24);
  const preprocessing::InputSpec input = inputOf(4, 20, 24);
  AugmentOptions options;
  options.erase = 1;
  const at::Tensor plain = bytesOf(preprocessing::preprocessBatch(clips.view, input, at::kCPU), input);
  RandomState random(3);
  RandomState same(3);
  const PreparedBatch batch = augmented(clips, oneHot({0, 0, 0, 0, 0, 0}, 1), options, input, random);
  const at::Tensor erased = bytesOf(batch.clips, input);
  for (int64_t n = 0; n < 6; ++n) {
    const auto erasure = drawClipPlan(clips.view, options, std::nullopt, input, same).erasure;
    ASSERT_TRUE(erasure.has_value());
    const preprocessing::Box& box = erasure->box;
    const auto cut = [&](const at::Tensor& clip) {
      return clip.narrow(1, box.top, box.height).narrow(2, box.left, box.width);
    };
    for (int64_t t = 1; t < 4; ++t) EXPECT_TRUE(cut(erased[n])[t].equal(cut(erased[n])[0]));
    EXPECT_GT(cut(erased[n])[0].to(at::kFloat).std().item<double>(), 50);
    at::Tensor restored = erased[n].clone();
    cut(restored).copy_(cut(plain[n]));
    EXPECT_TRUE(restored.equal(plain[n]));
  }
}

TEST(AugmentBatch, TheSameSeedGivesTheSameBytesOnAnyThreads) {
  const NoiseClips clips(6, 4, 30, 40);
  const preprocessing::InputSpec input = inputOf(4, 24, 32);
  const at::Tensor targets = oneHot({0, 1, 2, 0, 1, 2}, 3);
  const int before = at::get_num_threads();
  RandomState first(17);
  RandomState second(17);
  for (int step = 0; step < 4; ++step) {
    at::set_num_threads(1);
    const PreparedBatch one = augmented(clips, targets, everything(), input, first);
    at::set_num_threads(4);
    const PreparedBatch two = augmented(clips, targets, everything(), input, second);
    EXPECT_TRUE(one.clips.equal(two.clips));
    EXPECT_TRUE(one.targets.equal(two.targets));
    EXPECT_EQ(first.state(), second.state());
  }
  at::set_num_threads(before);
  RandomState other(18);
  EXPECT_FALSE(augmented(clips, targets, everything(), input, first)
                   .clips.equal(augmented(clips, targets, everything(), input, other).clips));
}

TEST(AugmentBatch, GoesOnFromASavedStateAsIfItHadNeverStopped) {
  const NoiseClips clips(4, 2, 30, 40);
  const preprocessing::InputSpec input = inputOf(2, 24, 32);
  const at::Tensor targets = oneHot({0, 1, 2, 0}, 3);
  RandomState random(17);
  augmented(clips, targets, everything(), input, random);
  RandomState restored(0);
  restored.setState(random.state());
  for (int step = 0; step < 3; ++step) {
    EXPECT_TRUE(augmented(clips, targets, everything(), input, random)
                    .clips.equal(augmented(clips, targets, everything(), input, restored).clips));
  }
}

}  // namespace
}  // namespace kinetorch::augmentation
