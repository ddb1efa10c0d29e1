// What the tests of preprocessing and augmentation share: an input, clips of noise for it, and what a crop of them is.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "native/augmentation/random_state.h"
#include "native/preprocessing/clip_batch.h"
#include "native/preprocessing/crop_plan.h"
#include "native/preprocessing/input_spec.h"

namespace kinetorch::test {

// Normalised as for Kinetics.
inline preprocessing::InputSpec inputOf(int64_t frames, int64_t height, int64_t width) {
  preprocessing::InputSpec input;
  input.frames = frames;
  input.height = height;
  input.width = width;
  input.mean = {0.43216, 0.394666, 0.37645};
  input.std = {0.22803, 0.22145, 0.216989};
  return input;
}

struct NoiseClips {
  std::vector<uint8_t> bytes;
  preprocessing::ClipBatch view;

  NoiseClips(int64_t batch, int64_t frames, int64_t height, int64_t width)
      : bytes(static_cast<size_t>(batch * frames * height * width * 3)) {
    augmentation::RandomState random(7);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.below(256));
    view = {bytes.data(), batch, frames, height, width};
  }

  uint8_t at(int64_t n, int64_t t, int64_t y, int64_t x, int64_t c) const {
    return bytes[static_cast<size_t>((((n * view.frames + t) * view.height + y) * view.width + x) * 3 + c)];
  }
};

// One pixel at a time: the crop at top, left, perhaps flipped, normalised.
inline void expectCrop(const at::Tensor& clip, const NoiseClips& clips, int64_t n, const preprocessing::CropPlan& crop,
                       const preprocessing::InputSpec& input) {
  const at::Tensor plain = clip.contiguous();
  const auto values = plain.accessor<float, 4>();
  for (int64_t c = 0; c < 3; ++c) {
    for (int64_t t = 0; t < input.frames; ++t) {
      for (int64_t y = 0; y < input.height; ++y) {
        for (int64_t x = 0; x < input.width; ++x) {
          const int64_t column = crop.left + (crop.flip ? input.width - 1 - x : x);
          const double expected =
              (clips.at(n, t, crop.top + y, column, c) / 255.0 - input.mean[static_cast<size_t>(c)]) /
              input.std[static_cast<size_t>(c)];
          ASSERT_NEAR(values[c][t][y][x], expected, 2e-6) << n << ' ' << c << ' ' << t << ' ' << y << ' ' << x;
        }
      }
    }
  }
}

}  // namespace kinetorch::test
