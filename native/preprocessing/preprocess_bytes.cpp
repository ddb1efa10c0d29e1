#include "native/preprocessing/preprocess_bytes.h"

#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/normalisation.h"
#include "native/preprocessing/resample.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch {

void preprocessBytes(const Clip& clip, const std::vector<int64_t>& frames, const CropPlan& crop, const InputSpec& input,
                     float* out) {
  const int64_t sourceBytes = clip.height * clip.width * kChannels;
  const int64_t rowValues = input.width * kChannels;
  const RowScale row(input);
  parallelFor(static_cast<int64_t>(frames.size()), [&](int64_t begin, int64_t end) {
    std::vector<uint8_t> cropped(static_cast<size_t>(input.height * rowValues));
    for (int64_t t = begin; t < end; ++t) {
      const uint8_t* const source = clip.bytes.data() + frames[static_cast<size_t>(t)] * sourceBytes;
      cropClip({source, 1, 1, clip.height, clip.width}, 0, crop, input, cropped.data());
      for (int64_t y = 0; y < input.height; ++y) {
        row.apply(cropped.data() + y * rowValues, out + (t * input.height + y) * rowValues);
      }
    }
  });
}

}  // namespace kinetorch
