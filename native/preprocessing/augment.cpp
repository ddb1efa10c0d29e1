#include "native/preprocessing/augment.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <cstring>

namespace kinetorch {
namespace {

constexpr int64_t kChannels = 3;

uint64_t rotateLeft(uint64_t value, int bits) { return (value << bits) | (value >> (64 - bits)); }

void copyRow(const uint8_t* from, uint8_t* to, int64_t pixels, bool flip) {
  if (!flip) {
    std::memcpy(to, from, static_cast<size_t>(pixels * kChannels));
    return;
  }
  for (int64_t x = 0; x < pixels; ++x) std::memcpy(to + x * kChannels, from + (pixels - 1 - x) * kChannels, kChannels);
}

// uint8 N×T×H×W×3 of the input's height × width.
at::Tensor cropClips(const ClipBatch& clips, const std::vector<Crop>& crops, const InputSpec& input) {
  at::Tensor cropped = at::empty({clips.batch, clips.frames, input.height, input.width, kChannels}, at::kByte);
  uint8_t* out = cropped.mutable_data_ptr<uint8_t>();
  at::parallel_for(0, clips.batch * clips.frames, 1, [&](int64_t begin, int64_t end) {
    for (int64_t frame = begin; frame < end; ++frame) {
      const Crop& crop = crops[static_cast<size_t>(frame / clips.frames)];
      for (int64_t y = 0; y < input.height; ++y) {
        const int64_t row = (frame * clips.height + crop.top + y) * clips.width + crop.left;
        copyRow(clips.data + row * kChannels, out + (frame * input.height + y) * input.width * kChannels, input.width,
                crop.flip);
      }
    }
  });
  return cropped;
}

// Three values repeated along a row of pixels: long rows, unlike three channels, are work that vectorises.
at::Tensor rowOf(const std::array<double, 3>& values, int64_t pixels, at::Device device) {
  at::Tensor row = at::empty({pixels, kChannels}, at::kFloat);
  for (int64_t channel = 0; channel < kChannels; ++channel) {
    row.select(1, channel).fill_(values[static_cast<size_t>(channel)]);
  }
  return row.flatten().to(device);
}

int64_t centreOffset(int64_t size, int64_t crop) {
  // nearbyint rounds half to even, as Python's round() does.
  return static_cast<int64_t>(std::nearbyint(static_cast<double>(size - crop) / 2.0));
}

}  // namespace

RandomState::RandomState(uint64_t seed) {
  for (uint64_t& word : state_) {  // splitmix64, the seeding that xoshiro's authors advise
    seed += 0x9e3779b97f4a7c15ULL;
    uint64_t mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    word = mixed ^ (mixed >> 31);
  }
}

uint64_t RandomState::next() {
  const uint64_t result = rotateLeft(state_[0] + state_[3], 23) + state_[0];
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotateLeft(state_[3], 45);
  return result;
}

double RandomState::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

int64_t RandomState::below(int64_t bound) {
  const auto range = static_cast<uint64_t>(bound);
  const uint64_t unfair = (0 - range) % range;  // 2^64 mod range: so many of the smallest values are drawn again
  uint64_t value = next();
  while (value < unfair) value = next();
  return static_cast<int64_t>(value % range);
}

std::vector<Crop> randomCrops(const ClipBatch& clips, const InputSpec& input, double flipProbability,
                              RandomState& random) {
  std::vector<Crop> crops(static_cast<size_t>(clips.batch));
  for (Crop& crop : crops) {
    crop.top = random.below(clips.height - input.height + 1);
    crop.left = random.below(clips.width - input.width + 1);
    crop.flip = random.uniform() < flipProbability;
  }
  return crops;
}

std::vector<Crop> centreCrops(const ClipBatch& clips, const InputSpec& input) {
  Crop centre;
  centre.top = centreOffset(clips.height, input.height);
  centre.left = centreOffset(clips.width, input.width);
  return std::vector<Crop>(static_cast<size_t>(clips.batch), centre);
}

at::Tensor prepareBatch(const ClipBatch& clips, const std::vector<Crop>& crops, const InputSpec& input,
                        at::Device device) {
  std::array<double, 3> scale{};
  std::array<double, 3> shift{};
  for (size_t channel = 0; channel < 3; ++channel) {
    scale[channel] = 1.0 / (255.0 * input.std[channel]);
    shift[channel] = -input.mean[channel] / input.std[channel];
  }
  at::Tensor rows = cropClips(clips, crops, input).view({-1, input.width * kChannels}).to(device).to(at::kFloat);
  rows.mul_(rowOf(scale, input.width, device)).add_(rowOf(shift, input.width, device));
  return rows.view({clips.batch, clips.frames, input.height, input.width, kChannels}).permute({0, 4, 1, 2, 3});
}

}  // namespace kinetorch
