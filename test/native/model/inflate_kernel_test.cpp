#include "native/model/inflate_kernel.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace kinetorch::model {
namespace {

TEST(InflateKernel, IsOfOneMoreDimension) {
  EXPECT_TRUE(inflatesTo({4, 3, 7, 7}, {4, 3, 5, 7, 7}));
  EXPECT_TRUE(inflatesTo({4, 3, 1, 1}, {4, 3, 1, 1, 1}));
  EXPECT_FALSE(inflatesTo({4, 3, 7, 7}, {4, 3, 7, 7}));
  EXPECT_FALSE(inflatesTo({4, 3, 7, 7}, {4, 3, 7, 5, 7}));
  EXPECT_FALSE(inflatesTo({4, 2, 7, 7}, {4, 3, 1, 7, 7}));
  EXPECT_FALSE(inflatesTo({4, 3}, {4, 3}));
}

TEST(InflateKernel, RespondsToAStillClipAsToThePicture) {
  at::manual_seed(3);
  const at::Tensor kernel = at::randn({4, 3, 3, 3});
  const at::Tensor picture = at::randn({1, 3, 9, 9});
  const at::Tensor expected = at::conv2d(picture, kernel);
  for (const Inflation inflation : {Inflation::kAverage, Inflation::kCentre}) {
    const at::Tensor inflated = inflateKernel(kernel, 5, inflation);
    ASSERT_EQ(inflated.sizes(), (std::vector<int64_t>{4, 3, 5, 3, 3}));
    const at::Tensor clip = picture.unsqueeze(2).repeat({1, 1, 5, 1, 1});
    EXPECT_TRUE(at::conv3d(clip, inflated).squeeze(2).allclose(expected, 1e-5, 1e-5));
  }
  EXPECT_TRUE(inflateKernel(kernel, 3, Inflation::kAverage).select(2, 2).allclose(kernel / 3));
  const at::Tensor centred = inflateKernel(kernel, 3, Inflation::kCentre);
  EXPECT_TRUE(centred.select(2, 1).equal(kernel));
  EXPECT_EQ(centred.select(2, 0).abs().max().item<float>(), 0);
}

}  // namespace
}  // namespace kinetorch::model
