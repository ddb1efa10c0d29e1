#include "native/preprocessing/preprocess_bytes.h"

#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/frame_crop.h"
#include "native/preprocessing/normalisation.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::preprocessing {

void preprocessBytes(const Clip& clip, const std::vector<int64_t>& frames, const CropPlan& crop, const InputSpec& input,
                     float* out) {
  const int64_t stride = clip.width * kChannels;
  const int64_t frameValues = input.height * input.width * kChannels;
  const RowScale normal(input);
  withFrameCrop(crop, input, [&](const auto& frameCrop) {
    parallelFor(static_cast<int64_t>(frames.size()), [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        const uint8_t* frame = clip.bytes.data() + frames[static_cast<size_t>(t)] * clip.height * stride;
        frameCrop.resizeAndNormalise(frame, stride, normal, out + t * frameValues);
      }
    });
  });
}

}  // namespace kinetorch::preprocessing
