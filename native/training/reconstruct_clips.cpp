#include "native/training/reconstruct_clips.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/jit/api/module.h>

#include "native/preprocessing/preprocess_batch.h"
#include "native/runtime/error.h"
#include "native/training/cell_statistics.h"
#include "native/training/check_clips.h"
#include "native/training/clip_pixels.h"
#include "native/training/tube_mask.h"

namespace kinetorch::training {

ReconstructedClips reconstructClips(const model::ModelFile& file, const TrainingBatch& batch,
                                    const preprocessing::InputSpec& input, const MaskOptions& mask, uint64_t seed) {
  at::NoGradGuard noGrad;
  torch::jit::Module network = file.module();
  network.eval();
  if (!network.find_method("decode")) {
    throw Error("ERR_UNSUPPORTED", "expected a model with a decoder, as `pretrain` makes, but this one has none");
  }
  const at::Tensor clips = preprocessing::preprocessBatch(checkedClips(batch, input), input, at::kCPU);
  const std::vector<uint8_t> original = clipPixels(clips, input);
  try {
    if (!network.find_method("encode_masked")) {
      return {original, original, clipPixels(network.get_method("reconstruct")({clips}).toTensor(), input)};
    }
    augmentation::RandomState random(seed);
    const at::Tensor hidden = drawTubeMask(batch.batch, mask, input, random);
    const c10::IValue stages = network.get_method("encode_masked")({clips, hidden});
    const c10::List<int64_t> size({input.height, input.width});
    const at::Tensor predicted = network.get_method("decode")({stages, size}).toTensor();
    const auto [mean, deviation] = cellStatistics(clips, {2, mask.cell, mask.cell});
    const at::Tensor isHidden = hidden.unsqueeze(1).unsqueeze(2);
    return {original, clipPixels(clips.masked_fill(isHidden, 0), input),
            clipPixels(at::where(isHidden, predicted * deviation + mean, clips), input)};
  } catch (...) {
    throw currentError("ERR_MODEL_FORWARD");
  }
}

}  // namespace kinetorch::training
