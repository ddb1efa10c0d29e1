#include "native/engine/staging.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "native/preprocessing/preprocess.h"

namespace kinetorch::engine {
namespace {

preprocessing::Clip noiseClip(int64_t frames, int64_t height, int64_t width, uint32_t seed) {
  preprocessing::Clip clip;
  clip.frames = frames;
  clip.height = height;
  clip.width = width;
  for (int64_t i = 0; i < frames * height * width * 3; ++i) {
    seed = seed * 1664525u + 1013904223u;
    clip.bytes.push_back(static_cast<uint8_t>(seed >> 24));
  }
  return clip;
}

preprocessing::Clip asFloat(const preprocessing::Clip& clip) {
  preprocessing::Clip result = clip;
  result.isFloat = true;
  result.bytes.resize(clip.bytes.size() * sizeof(float));
  auto* values = reinterpret_cast<float*>(result.bytes.data());
  for (size_t i = 0; i < clip.bytes.size(); ++i) values[i] = static_cast<float>(clip.bytes[i]) / 255.0F;
  return result;
}

preprocessing::InputSpec specOf(bool antialias) {
  preprocessing::InputSpec input;
  input.frames = 4;
  input.height = 12;
  input.width = 14;
  input.resize = {16, 20};
  input.antialias = antialias;
  input.mean = {0.4, 0.3, 0.2};
  input.std = {0.2, 0.25, 0.5};
  return input;
}

Batch batchOf(std::vector<preprocessing::Clip> clips) {
  Batch batch;
  for (preprocessing::Clip& clip : clips) {
    Request request;
    request.input = preprocessing::Frames{std::move(clip), {0.25, 1.0}};
    batch.items.push_back({std::move(request), {}, {}});
  }
  return batch;
}

// Fewer frames than the network sees, as many, and more; smaller frames, larger ones, and of its own size.
std::vector<preprocessing::Clip> variousClips() {
  return {noiseClip(4, 24, 31, 1), noiseClip(9, 30, 20, 2),          noiseClip(1, 16, 20, 3),
          noiseClip(3, 9, 7, 4),   asFloat(noiseClip(6, 24, 31, 5)), asFloat(noiseClip(2, 16, 20, 6))};
}

at::Tensor onTheCpu(const Batch& batch, const preprocessing::InputSpec& input) {
  const at::Tensor clips =
      at::zeros({static_cast<int64_t>(batch.items.size()), 3, input.frames, input.height, input.width})
          .contiguous(at::MemoryFormat::ChannelsLast3d);
  for (size_t i = 0; i < batch.items.size(); ++i) {
    const auto& [clip, crop] = std::get<preprocessing::Frames>(batch.items[i].request.input);
    preprocessing::preprocessClip(clip, crop, input, clips, static_cast<int64_t>(i));
  }
  return clips;
}

class Stages : public testing::TestWithParam<bool> {};

TEST_P(Stages, WhatPreprocessingOnTheCpuGives) {
  const preprocessing::InputSpec input = specOf(GetParam());
  Batch batch = batchOf(variousClips());
  const at::Tensor expected = onTheCpu(batch, input);
  Staging staging(input, at::kCPU, at::kFloat);
  const at::Tensor staged = staging.stage(batch, 8);
  ASSERT_EQ(staged.size(0), 8);
  EXPECT_TRUE(staged.is_contiguous(at::MemoryFormat::ChannelsLast3d));
  const at::Tensor error = (staged.narrow(0, 0, 6) - expected).abs();
  // Whole numbers, but for values so near a half that the order of summation rounds them up or down.
  const double step = 1.0 / (255 * 0.2);
  EXPECT_LT(error.max().item<double>(), step + 1e-5);
  EXPECT_LT(error.gt(1e-5).sum().item<double>(), 0.001 * static_cast<double>(error.numel()));
  EXPECT_TRUE(staged.narrow(0, 6, 2).eq(0).all().item<bool>());
}

INSTANTIATE_TEST_SUITE_P(Staging, Stages, testing::Bool());

network::OutputTensors logitsOf(const at::Tensor& logits) {
  network::OutputTensors outputs;
  outputs[network::Output::kLogits] = logits;
  return outputs;
}

TEST(Staging, UsesItsMemoryAgain) {
  const preprocessing::InputSpec input = specOf(false);
  Staging staging(input, at::kCPU, at::kBFloat16);
  Batch large = batchOf(variousClips());
  const void* const memory = staging.stage(large, 8).data_ptr();
  const void* const rows = staging.fetch(logitsOf(at::ones({8, 5})))[network::Output::kLogits].data_ptr();
  Batch small = batchOf({noiseClip(4, 24, 31, 7), noiseClip(4, 24, 31, 8)});
  const at::Tensor again = staging.stage(small, 2);
  EXPECT_EQ(again.data_ptr(), memory);
  EXPECT_LT((again.to(at::kFloat) - onTheCpu(small, input)).abs().max().item<double>(), 0.03);
  EXPECT_EQ(staging.fetch(logitsOf(at::ones({2, 5})))[network::Output::kLogits].data_ptr(), rows);
  // What lay there of the batch before is gone.
  Batch one = batchOf({noiseClip(4, 24, 31, 7)});
  EXPECT_TRUE(staging.stage(one, 4).narrow(0, 1, 3).eq(0).all().item<bool>());
}

// Of three channels, and of one for all three, beside frames.
TEST(Staging, StagesTensorsAsTheyAre) {
  const preprocessing::InputSpec input = specOf(false);
  const at::Tensor colour = at::randn({3, 4, 12, 14});
  const at::Tensor grey = at::randn({1, 4, 12, 14});
  Batch batch = batchOf({noiseClip(4, 24, 31, 1), noiseClip(4, 24, 31, 1), noiseClip(4, 24, 31, 1)});
  const auto tensorOf = [](const at::Tensor& values) {
    const float* const data = values.const_data_ptr<float>();
    return preprocessing::ClipTensor{{data, data + values.numel()}, values.size(0)};
  };
  const at::Tensor frames = onTheCpu(batch, input)[1];
  batch.items[0].request.input = tensorOf(colour);
  batch.items[2].request.input = tensorOf(grey);
  Staging staging(input, at::kCPU, at::kFloat);
  const at::Tensor staged = staging.stage(batch, 4);
  EXPECT_TRUE(staged[0].equal(colour));
  EXPECT_LT((staged[1] - frames).abs().max().item<double>(), 0.03);
  EXPECT_TRUE(staged[2].equal(grey.expand({3, 4, 12, 14})));
  std::get<preprocessing::ClipTensor>(batch.items[2].request.input).values[7] = std::numeric_limits<float>::infinity();
  staging.stage(batch, 4);
  EXPECT_EQ(batch.items[2].error->code(), "ERR_CLIP_DATA");
  EXPECT_FALSE(batch.items[0].error.has_value());
}

TEST(Staging, ABadClipFailsAlone) {
  const preprocessing::InputSpec input = specOf(false);
  std::vector<preprocessing::Clip> clips = variousClips();
  const float bad = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(clips[4].bytes.data(), &bad, sizeof(bad));
  Batch batch = batchOf(std::move(clips));
  Staging staging(input, at::kCPU, at::kFloat);
  const at::Tensor staged = staging.stage(batch, 6);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(batch.items[i].error.has_value(), i == 4);
  EXPECT_EQ(batch.items[4].error->code(), "ERR_CLIP_DATA");
  EXPECT_TRUE(staged[4].eq(0).all().item<bool>());
  EXPECT_FALSE(staged[5].eq(0).all().item<bool>());
}

}  // namespace
}  // namespace kinetorch::engine
