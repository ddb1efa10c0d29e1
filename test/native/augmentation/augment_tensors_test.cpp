// The augmentation by LibTorch's operators, which runs on a GPU, against the CPU's kernels.
#include "native/augmentation/augment_tensors.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "native/augmentation/augment_batch.h"
#include "native/augmentation/frame_operations.h"
#include "native/augmentation/frame_tensors.h"
#include "native/augmentation/point_operations.h"
#include "native/augmentation/point_tensors.h"
#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/crop_clip.h"
#include "test/native/augmentation/augment_settings.h"
#include "test/native/preprocessing/noise_clips.h"

namespace kinetorch::augmentation {
namespace {

constexpr int64_t kFrames = 3;

preprocessing::InputSpec inputOf(int64_t height, int64_t width, bool antialias = false) {
  preprocessing::InputSpec input = test::inputOf(kFrames, height, width);
  input.antialias = antialias;
  return input;
}

// uint8 N×T×H×W×3: smooth colours with noise on them, as in a video.
at::Tensor randomClips(RandomState& random, int64_t count, int64_t height, int64_t width) {
  const at::Tensor clips = at::empty({count, kFrames, height, width, preprocessing::kChannels}, at::kByte);
  uint8_t* to = clips.mutable_data_ptr<uint8_t>();
  const int64_t bytes = clips.numel() / count;
  for (int64_t n = 0; n < count; ++n) {
    const int64_t base = random.below(200);
    const int64_t noise = 1 + random.below(56);
    for (int64_t i = 0; i < bytes; ++i) {
      *to++ = static_cast<uint8_t>((base + i % (width * preprocessing::kChannels) / 3 + random.below(noise)) % 256);
    }
  }
  return clips;
}

preprocessing::ClipBatch viewOf(const at::Tensor& clips) {
  return {clips.const_data_ptr<uint8_t>(), clips.size(0), clips.size(1), clips.size(2), clips.size(3)};
}

AugmentOptions cropsOf(int way) {
  AugmentOptions options;
  options.flip = {0.5};
  if (way == 1) options.cropArea = Range{0.2, 1};
  if (way == 2) options.shortSide = Range{30, 60};
  return options;
}

// Values as bytes again, N×3×T×H×W.
at::Tensor levelsOf(const at::Tensor& clips, const preprocessing::InputSpec& input) {
  const auto channels = [](const std::array<double, 3>& values) {
    return at::tensor({values[0], values[1], values[2]}, at::kDouble).view({3, 1, 1, 1});
  };
  return (clips * channels(input.std) + channels(input.mean)) * 255;
}

TEST(AugmentTensors, CropsFlipsAndResizesAsTheKernelsDo) {
  RandomState random(11);
  int64_t values = 0;
  int64_t different = 0;
  for (int round = 0; round < 300; ++round) {
    const preprocessing::InputSpec input = inputOf(20 + random.below(20), 20 + random.below(20), round % 2 == 1);
    const at::Tensor clips = randomClips(random, 2, 40 + random.below(30), 40 + random.below(30));
    const AugmentOptions options = cropsOf(round % 3);
    const at::Tensor targets = at::ones({2, 1});
    const Augmentation drawn = drawAugmentation(viewOf(clips), targets, options, input, random);
    const at::Tensor expected = levelsOf(augmentBatch(viewOf(clips), targets, drawn, input, at::kCPU).clips, input);
    const at::Tensor found = levelsOf(augmentTensors(clips, drawn.plans, drawn.mix, input), input);
    ASSERT_TRUE(found.sizes() == expected.sizes());
    const at::Tensor distance = (found - expected).abs();
    ASSERT_LT(distance.max().item<double>(), 1.01) << "round " << round;
    const int64_t changed = distance.gt(0.1).sum().item<int64_t>();
    const bool isResized = options.cropArea || options.shortSide;
    ASSERT_TRUE(isResized || changed == 0) << "round " << round;
    values += distance.numel();
    different += changed;
  }
  // Of values at a half, where the order of sums decides, there are few.
  EXPECT_LT(static_cast<double>(different), 2e-3 * static_cast<double>(values));
}

Operation operationOf(OperationKind kind, RandomState& random) {
  switch (kind) {
    case OperationKind::kShearX:
    case OperationKind::kShearY:
      return {kind, random.uniform(-0.3, 0.3)};
    case OperationKind::kTranslateX:
    case OperationKind::kTranslateY:
      return {kind, std::trunc(random.uniform(-12, 12))};
    case OperationKind::kRotate:
      return {kind, random.uniform(-30, 30)};
    case OperationKind::kHue:
      return {kind, random.uniform(-0.5, 0.5)};
    case OperationKind::kPosterize:
      return {kind, 4.0 + static_cast<double>(random.below(5))};
    case OperationKind::kSolarize:
      return {kind, random.uniform(0, 256)};
    default:
      return {kind, random.uniform(0, 2)};
  }
}

at::Tensor applied(const Operation& operation, const at::Tensor& clip) {
  const at::Tensor bytes = clip.clone();
  uint8_t* pixels = bytes.mutable_data_ptr<uint8_t>();
  if (!applyFrameOperation(operation, false, pixels, clip.size(0), clip.size(1), clip.size(2))) {
    applyPointOperation(operation, pixels, bytes.numel() / preprocessing::kChannels);
  }
  return bytes;
}

TEST(AugmentTensors, EveryOperationGivesTheKernelsNumbers) {
  RandomState random(12);
  for (int kind = 0; kind <= static_cast<int>(OperationKind::kEqualize); ++kind) {
    for (int round = 0; round < 25; ++round) {
      const int64_t height = 8 + random.below(30);
      const int64_t width = 8 + random.below(30);
      at::Tensor clips = randomClips(random, 3, height, width);
      if (round == 0) clips.fill_(77);
      if (round == 1) clips.fill_(0);
      std::vector<double> amounts;
      std::vector<Affine> affines;
      std::vector<at::Tensor> expected;
      for (int64_t n = 0; n < 3; ++n) {
        const Operation operation = operationOf(static_cast<OperationKind>(kind), random);
        amounts.push_back(operation.amount);
        if (const auto affine = affineOf(operation, height, width)) affines.push_back(*affine);
        expected.push_back(applied(operation, clips[n]));
      }
      const at::Tensor levels = clips.permute({0, 4, 1, 2, 3}).to(at::kFloat).contiguous();
      const at::Tensor found = !affines.empty() ? warp(affines, false, levels)
                               : static_cast<OperationKind>(kind) == OperationKind::kSharpness
                                   ? sharpen(amounts, levels)
                                   : applyPointOperation(static_cast<OperationKind>(kind), false, amounts, levels);
      const at::Tensor distance = (found - at::stack(expected).permute({0, 4, 1, 2, 3})).abs();
      // All of them where the compiler does not fuse the kernels' products with their sums, as some do by default.
      EXPECT_LT(distance.gt(0).sum().item<double>(), 1e-3 * static_cast<double>(distance.numel()))
          << "operation " << kind << " round " << round;
      EXPECT_LE(distance.max().item<double>(), 1) << "operation " << kind << " round " << round;
    }
  }
}

TEST(AugmentTensors, WholePlansGiveTheKernelsClips) {
  RandomState random(13);
  const at::Tensor targets = at::eye(3).repeat({2, 1}).narrow(0, 0, 5).contiguous();
  for (int round = 0; round < 200; ++round) {
    const bool isResized = round % 2 == 1;
    const preprocessing::InputSpec input = inputOf(24, 32, round % 4 == 3);
    const at::Tensor clips = randomClips(random, 5, 36, 44);
    AugmentOptions options = test::everything();
    if (!isResized) options.cropArea.reset();
    options.style.nearest = round % 3 == 1;
    options.style.byFrame = round % 5 == 2;
    options.eraseWithMean = round % 7 == 3;
    options.autoAugment = static_cast<AutoAugment>(round % 4);
    const Augmentation drawn = drawAugmentation(viewOf(clips), targets, options, input, random);
    const at::Tensor expected = augmentBatch(viewOf(clips), targets, drawn, input, at::kCPU).clips;
    const at::Tensor found = augmentTensors(clips, drawn.plans, drawn.mix, input);
    EXPECT_TRUE(found.is_contiguous(at::MemoryFormat::ChannelsLast3d));
    EXPECT_EQ(found.scalar_type(), at::kFloat);
    // A byte that a resize rounds another way may be far away after the operations, and shifts the mean of a contrast.
    const double different = (found - expected).abs().gt(1e-4).to(at::kDouble).mean().item<double>();
    const double byALevel = (found - expected).abs().gt(3.0 / 255 / 0.21).to(at::kDouble).mean().item<double>();
    EXPECT_LT(different, isResized ? 0.05 : 1e-3) << "round " << round;
    EXPECT_LT(byALevel, isResized ? 0.01 : 1e-3) << "round " << round;
  }
}

}  // namespace
}  // namespace kinetorch::augmentation
