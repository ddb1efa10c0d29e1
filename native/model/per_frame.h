#pragma once

#include <torch/csrc/jit/api/module.h>

namespace kinetorch::model {

// A network for pictures, N×3×H×W to N×classes, as one for clips: each frame by itself, and the mean over the frames.
// Throws ERR_MODEL_FORWARD where its forward is of another form.
torch::jit::Module perFrame(const torch::jit::Module& network);

}  // namespace kinetorch::model
