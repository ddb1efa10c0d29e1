#include "native/preprocessing/crop_clip.h"

#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/frame_crop.h"

namespace kinetorch::preprocessing {

void cropClip(const ClipBatch& clips, int64_t index, const CropPlan& crop, const InputSpec& input, uint8_t* out) {
  const int64_t stride = clips.width * kChannels;
  const uint8_t* first =
      clips.data + (index * clips.frames * clips.height + crop.box.top) * stride + crop.box.left * kChannels;
  withFrameCrop(crop, input, [&](const auto& frameCrop) {
    for (int64_t t = 0; t < clips.frames; ++t) {
      frameCrop.resize(first + t * clips.height * stride, stride, out + t * input.height * input.width * kChannels);
    }
  });
}

}  // namespace kinetorch::preprocessing
