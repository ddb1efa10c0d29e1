#include "native/runtime/block_cache.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace kinetorch {
namespace {

constexpr int64_t kLarge = 1 << 18;

class BlockCache : public testing::Test {
 protected:
  BlockCache() { installBlockCache(); }
};

TEST_F(BlockCache, GivesABlockOfTheSameSizeAgain) {
  const KeptBlocks kept;
  const void* const before = at::empty({kLarge}).data_ptr();
  const at::Tensor other = at::empty({kLarge / 2});
  EXPECT_NE(other.data_ptr(), before);
  EXPECT_EQ(at::empty({kLarge}).data_ptr(), before);
  EXPECT_EQ(at::empty({kLarge + 100}).data_ptr(), before);
}

TEST_F(BlockCache, KeepsNothingWithoutAUser) {
  at::empty({kLarge});
  EXPECT_EQ(keptBytes(), 0U);
  {
    const KeptBlocks kept;
    at::empty({kLarge});
    EXPECT_GE(keptBytes(), size_t{kLarge} * sizeof(float));
  }
  EXPECT_EQ(keptBytes(), 0U);
}

TEST_F(BlockCache, LeavesSmallBlocksToMalloc) {
  const KeptBlocks kept;
  at::empty({100});
  EXPECT_EQ(keptBytes(), 0U);
}

TEST_F(BlockCache, FreesWhatStepsHaveNoUseFor) {
  KeptBlocks kept;
  at::empty({kLarge});
  at::empty({3 * kLarge});
  const size_t both = keptBytes();
  for (int step = 0; step < 8; ++step) {
    at::empty({kLarge});
    kept.endStep();
  }
  EXPECT_LT(keptBytes(), both / 2);
  EXPECT_GT(keptBytes(), 0U);
}

TEST_F(BlockCache, TensorsOutliveTheUser) {
  at::Tensor tensor;
  {
    const KeptBlocks kept;
    tensor = at::full({kLarge}, 3.0F);
  }
  EXPECT_EQ(tensor.sum().item<float>(), 3.0F * kLarge);
  std::thread([&tensor] { tensor.reset(); }).join();
  EXPECT_EQ(keptBytes(), 0U);
}

TEST_F(BlockCache, BlocksAreAlignedAndResizable) {
  const KeptBlocks kept;
  for (int64_t size = 1; size < kLarge; size = size * 3 + 1) {
    at::Tensor tensor = at::zeros({size});
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data_ptr()) % 64, 0U) << size;
    tensor.resize_({size * 2});
    EXPECT_EQ(tensor.narrow(0, 0, size).sum().item<float>(), 0.0F);
  }
  EXPECT_EQ(at::empty({0}).numel(), 0);
}

TEST_F(BlockCache, TooLargeABlockIsAnErrorAndFreesWhatWasKept) {
  const KeptBlocks kept;
  at::empty({kLarge});
  EXPECT_THROW(at::empty({int64_t{1} << 50}), c10::Error);
  EXPECT_EQ(keptBytes(), 0U);
  EXPECT_NO_THROW(at::empty({kLarge}));
}

TEST_F(BlockCache, ThreadsShareIt) {
  KeptBlocks kept;
  std::vector<std::thread> threads;
  for (int index = 0; index < 4; ++index) {
    threads.emplace_back([index] {
      for (int round = 0; round < 200; ++round) {
        const at::Tensor tensor = at::full({kLarge / 8 + round % 7 * 4096}, static_cast<float>(index));
        EXPECT_EQ(tensor[tensor.numel() - 1].item<float>(), static_cast<float>(index));
        EXPECT_EQ(tensor[0].item<float>(), static_cast<float>(index));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace kinetorch
