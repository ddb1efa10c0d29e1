#include "native/training/clip_pixels.h"

#include <ATen/ATen.h>

namespace kinetorch::training {
namespace {

at::Tensor channels(const std::array<double, 3>& values) {
  return at::tensor({values[0], values[1], values[2]}, at::kDouble).to(at::kFloat);
}

}  // namespace

std::vector<uint8_t> clipPixels(const at::Tensor& clips, const preprocessing::InputSpec& input) {
  const at::Tensor pixels = clips.permute({0, 2, 3, 4, 1}) * channels(input.std) + channels(input.mean);
  const at::Tensor bytes = (pixels * 255).round().clamp(0, 255).to(at::kByte).contiguous();
  const auto* values = bytes.const_data_ptr<uint8_t>();
  return {values, values + bytes.numel()};
}

}  // namespace kinetorch::training
