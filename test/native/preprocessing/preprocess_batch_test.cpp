#include "native/preprocessing/preprocess_batch.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "test/native/preprocessing/noise_clips.h"

namespace kinetorch::preprocessing {
namespace {

using test::inputOf;
using test::NoiseClips;

TEST(PreprocessBatch, IsTheNormalisedCentreCrop) {
  // Python: round((7 - 4) / 2) = round(1.5) = 2, round((10 - 5) / 2) = round(2.5) = 2.
  const NoiseClips clips(2, 3, 7, 10);
  const InputSpec input = inputOf(3, 4, 5);
  const at::Tensor out = preprocessBatch(clips.view, input, at::kCPU);
  ASSERT_EQ(out.sizes(), at::IntArrayRef({2, 3, 3, 4, 5}));
  EXPECT_TRUE(out.is_contiguous(at::MemoryFormat::ChannelsLast3d));
  CropPlan centre;
  centre.top = 2;
  centre.left = 2;
  for (int64_t n = 0; n < 2; ++n) test::expectCrop(out[n], clips, n, centre, input);
}

TEST(PreprocessBatch, OnADeviceGivesTheSameBits) {
  for (const auto& [height, width] : {std::pair<int64_t, int64_t>{7, 10}, {8, 11}, {4, 5}}) {
    const NoiseClips clips(2, 3, height, width);
    const InputSpec input = inputOf(3, 4, 5);
    const at::Tensor bytes = at::tensor(clips.bytes, at::kByte).view({2, 3, height, width, 3});
    const at::Tensor found = preprocessTensors(bytes, input);
    EXPECT_TRUE(found.is_contiguous(at::MemoryFormat::ChannelsLast3d));
    EXPECT_TRUE(found.equal(preprocessBatch(clips.view, input, at::kCPU)));
  }
}

}  // namespace
}  // namespace kinetorch::preprocessing
