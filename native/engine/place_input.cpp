#include "native/engine/place_input.h"

#include "native/preprocessing/place_tensor.h"
#include "native/preprocessing/preprocess.h"

namespace kinetorch::engine {

void placeInput(const RequestInput& input, const preprocessing::InputSpec& spec, const at::Tensor& clips,
                int64_t index) {
  if (const auto* const frames = std::get_if<preprocessing::Frames>(&input)) {
    preprocessing::preprocessClip(frames->clip, frames->crop, spec, clips, index);
  } else {
    preprocessing::placeTensor(std::get<preprocessing::ClipTensor>(input), clips[index]);
  }
}

}  // namespace kinetorch::engine
