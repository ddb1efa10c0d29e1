#include "native/preprocessing/upload_clips.h"

#include <cstring>

#include "native/preprocessing/byte_math.h"
#include "native/runtime/device_copy.h"

namespace kinetorch::preprocessing {

at::Tensor uploadClips(const ClipBatch& clips, c10::Device device) {
  const at::Tensor staged =
      stagingTensor({clips.batch, clips.frames, clips.height, clips.width, kChannels}, at::kByte, device);
  std::memcpy(staged.mutable_data_ptr<uint8_t>(), clips.data, static_cast<size_t>(staged.numel()));
  return toDevice(staged, device);
}

}  // namespace kinetorch::preprocessing
