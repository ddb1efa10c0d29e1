#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <vector>

#include "native/preprocessing/input_spec.h"

namespace kinetorch {

// Random numbers of a training run: xoshiro256++ by Blackman and Vigna. Own code, because a run must go on from a
// checkpoint with the same numbers, whichever standard library it was built with.
class RandomState {
 public:
  using State = std::array<uint64_t, 4>;

  explicit RandomState(uint64_t seed);

  uint64_t next();
  // In [0, 1), 53 bits.
  double uniform();
  // In [0, bound), every value equally likely; bound ≥ 1.
  int64_t below(int64_t bound);

  const State& state() const { return state_; }
  void setState(const State& state) { state_ = state; }

 private:
  State state_;
};

// uint8 N×T×H×W×3 clips of one size.
struct ClipBatch {
  const uint8_t* data = nullptr;
  int64_t batch = 0;
  int64_t frames = 0;
  int64_t height = 0;
  int64_t width = 0;
};

// What is taken of one clip, the same in all its frames.
struct Crop {
  int64_t top = 0;
  int64_t left = 0;
  bool flip = false;  // left to right, after the crop
};

// One crop a clip, of the input's height × width, at any place with equal probability.
std::vector<Crop> randomCrops(const ClipBatch& clips, const InputSpec& input, double flipProbability,
                              RandomState& random);

// The crop classifyClip takes: torchvision's centre, (size - crop) / 2 rounded half to even.
std::vector<Crop> centreCrops(const ClipBatch& clips, const InputSpec& input);

// Crops, scales to [0, 1], normalises: float32 N×3×T×H×W on `device`, channels_last_3d.
at::Tensor prepareBatch(const ClipBatch& clips, const std::vector<Crop>& crops, const InputSpec& input,
                        at::Device device);

}  // namespace kinetorch
