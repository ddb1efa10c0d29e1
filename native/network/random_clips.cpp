#include "native/network/random_clips.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

namespace kinetorch::network {

at::Tensor randomClips(int64_t count, const preprocessing::InputSpec& input) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(0);
  return at::randn({count, 3, input.frames, input.height, input.width}, generator)
      .contiguous(at::MemoryFormat::ChannelsLast3d);
}

}  // namespace kinetorch::network
