#include "native/preprocessing/resize_clip.h"

#include <array>

#include "native/preprocessing/byte_math.h"
#include "native/preprocessing/crop_clip.h"
#include "native/preprocessing/preprocess.h"
#include "native/runtime/parallel_for.h"

namespace kinetorch::preprocessing {

Clip resizeClip(const Clip& clip, const std::vector<int64_t>& resize, bool antialias) {
  const auto [height, width] = resizedSize(resize, clip.height, clip.width);
  CropPlan whole;
  whole.box = {0, 0, clip.height, clip.width};
  whole.resizedHeight = height;
  whole.resizedWidth = width;
  InputSpec size;
  size.height = height;
  size.width = width;
  size.antialias = antialias;
  const int64_t fromBytes = clip.height * clip.width * kChannels;
  const int64_t toBytes = height * width * kChannels;
  Clip out;
  out.frames = clip.frames;
  out.height = height;
  out.width = width;
  out.bytes.resize(static_cast<size_t>(clip.frames * toBytes));
  parallelFor(clip.frames, [&](int64_t begin, int64_t end) {
    const ClipBatch frames{clip.bytes.data() + begin * fromBytes, 1, end - begin, clip.height, clip.width};
    cropClip(frames, 0, whole, size, out.bytes.data() + begin * toBytes);
  });
  return out;
}

}  // namespace kinetorch::preprocessing
