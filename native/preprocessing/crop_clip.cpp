#include "native/preprocessing/crop_clip.h"

#include <cstring>

#include "native/preprocessing/antialiased_crop.h"
#include "native/preprocessing/bilinear_crop.h"
#include "native/preprocessing/byte_math.h"

namespace kinetorch {
namespace {

// Of a box that keeps its size.
struct PlainCrop {
  const CropPlan& crop;
  const InputSpec& input;

  void resize(const uint8_t* box, int64_t stride, uint8_t* out) const {
    const int64_t rowBytes = input.width * kChannels;
    const uint8_t* row = box + crop.top * stride + crop.left * kChannels;
    for (int64_t y = 0; y < input.height; ++y, row += stride, out += rowBytes) {
      if (!crop.flip) {
        std::memcpy(out, row, static_cast<size_t>(rowBytes));
        continue;
      }
      for (int64_t x = 0; x < rowBytes; x += kChannels) std::memcpy(out + x, row + rowBytes - kChannels - x, kChannels);
    }
  }
};

}  // namespace

void cropClip(const ClipBatch& clips, int64_t index, const CropPlan& crop, const InputSpec& input, uint8_t* out) {
  const int64_t stride = clips.width * kChannels;
  const uint8_t* first =
      clips.data + (index * clips.frames * clips.height + crop.box.top) * stride + crop.box.left * kChannels;
  const auto cropFrames = [&](const auto& frameCrop) {
    for (int64_t t = 0; t < clips.frames; ++t) {
      frameCrop.resize(first + t * clips.height * stride, stride, out + t * input.height * input.width * kChannels);
    }
  };
  if (crop.box.height == crop.resizedHeight && crop.box.width == crop.resizedWidth) {
    cropFrames(PlainCrop{crop, input});
  } else if (input.antialias) {
    cropFrames(AntialiasedCrop(crop, input));
  } else {
    cropFrames(BilinearCrop(crop, input));
  }
}

}  // namespace kinetorch
